import { explainProblem } from "../problems/explainProblem";
import type { Activity } from "./createActivity";

interface ActivityReportProps {
  readonly activity: Activity;
  /** Said while there is nothing newer to say. */
  readonly notice?: string | undefined;
}

/**
 * Says how it goes. Both regions are in the page from the start and only their text changes: screen readers
 * don't announce a region that arrives together with its text.
 */
export function ActivityReport(props: ActivityReportProps) {
  const status = () => {
    const state = props.activity.state();
    switch (state.kind) {
      case "idle":
        return props.notice ?? "";
      case "busy":
        return "Loading…";
      case "done":
        return state.message;
      case "failed":
        return "";
    }
  };
  const alert = () => {
    const state = props.activity.state();
    return state.kind === "failed" ? explainProblem(state.code) : "";
  };

  return (
    <div class="report">
      <p class="status" role="status" data-kind={props.activity.state().kind}>
        {status()}
      </p>
      <p class="alert" role="alert">
        {alert()}
      </p>
    </div>
  );
}
