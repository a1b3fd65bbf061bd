import type { RouteSectionProps } from "@solidjs/router";
import { Match, Show, Suspense, Switch } from "solid-js";
import { announcement } from "../parts/announce";
import { Button } from "../parts/Button";
import { ProblemNotice } from "../parts/ProblemNotice";
import { FreshPasskeyDialog } from "../session/freshPasskey";
import { consoleState, loadState, stateProblem } from "../session/session";
import { Gate } from "./Gate";
import { GateHeading } from "./GateHeading";

/** What is on every page. Nothing else is shown before it is known who is signed in. */
export function Root(props: RouteSectionProps) {
  return (
    <>
      <Switch>
        <Match when={consoleState()}>
          <Suspense>{props.children}</Suspense>
        </Match>
        <Match when={stateProblem()}>
          <Gate>
            <GateHeading title="No answer from Passgate" />
            <ProblemNotice problem={stateProblem()}>
              <Button size="small" onClick={() => void loadState()}>
                Try again
              </Button>
            </ProblemNotice>
          </Gate>
        </Match>
      </Switch>
      <Show when={consoleState()?.session}>
        <FreshPasskeyDialog />
      </Show>
      <div class="announcement" role="status">
        {announcement()}
      </div>
    </>
  );
}
