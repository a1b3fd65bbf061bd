import { Show, type JSX } from "solid-js";
import { explainProblem } from "../problems/explainProblem";
import type { Problem } from "../problems/Problem";
import { Notice } from "./Notice";

/** What went wrong, and what to do. The region is there before its text, or screen readers wouldn't say it. */
export function ProblemNotice(props: { readonly problem: Problem | undefined; readonly children?: JSX.Element }) {
  return (
    <div role="alert">
      <Show when={props.problem}>
        {(problem) => (
          <Notice tone="wrong">
            <p>{explainProblem(problem())}</p>
            {props.children}
          </Notice>
        )}
      </Show>
    </div>
  );
}
