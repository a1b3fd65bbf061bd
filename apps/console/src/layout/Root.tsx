import type { RouteSectionProps } from "@solidjs/router";
import { ErrorBoundary, Match, Show, Suspense, Switch } from "solid-js";
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
          <ErrorBoundary fallback={<Broken />}>
            <Suspense>{props.children}</Suspense>
          </ErrorBoundary>
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

/** Where a page's code doesn't come: its name has a hash in it, and a newer server has others. */
function Broken() {
  return (
    <Gate>
      <GateHeading title="This page didn’t load">
        The server may have been replaced by a newer one since this tab was opened. Reloading fetches what fits it.
      </GateHeading>
      <Button kind="primary" size="wide" onClick={() => window.location.reload()}>
        Reload the page
      </Button>
    </Gate>
  );
}
