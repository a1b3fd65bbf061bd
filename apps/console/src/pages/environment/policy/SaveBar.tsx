import { Show } from "solid-js";
import { createAction } from "../../../load/createAction";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import type { ConfigDraft } from "./createConfig";

/** Saves a changed configuration, or gives the change up. Stays in sight while there is one. */
export function SaveBar(props: { readonly config: ConfigDraft }) {
  const { role, environment } = useEnvironment();
  const action = createAction();
  const save = () =>
    action.run(async () => {
      await props.config.save();
      announce("Saved. It holds within a second.");
      await environment.reload();
    });
  return (
    <Show when={props.config.isChanged() || action.problem()}>
      <div class="save-bar">
        <ProblemNotice problem={action.problem()} />
        <div class="buttons">
          <span class="quiet small">Not saved yet. Saving holds for running sign-ins too, within a second.</span>
          <Button size="small" onClick={props.config.undo}>
            Undo
          </Button>
          <Button
            size="small"
            kind="primary"
            busy={action.busy()}
            unavailable={roleNeeded(role(), "admin")}
            onClick={() => void save()}
          >
            Save changes
          </Button>
        </div>
      </div>
    </Show>
  );
}
