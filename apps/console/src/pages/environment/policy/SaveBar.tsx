import { createSignal, Show } from "solid-js";
import { createAction } from "../../../load/createAction";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { ConfirmDialog } from "../../../parts/ConfirmDialog";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import type { ConfigDraft } from "./createConfig";

interface SaveBarProps {
  readonly config: ConfigDraft;
}

/**
 * Saves a changed configuration, or gives the change up. Stays in sight while there is one. Another domain for passkeys
 * has to be typed first.
 */
export function SaveBar(props: SaveBarProps) {
  const { role, environment } = useEnvironment();
  const action = createAction();
  const [asking, setAsking] = createSignal(false);
  const savedDomain = () => props.config.tenant.value()?.config.webauthn.relying_party.id ?? "";
  const newDomain = () => props.config.draft()?.webauthn.relying_party.id ?? "";
  const save = async () => {
    await props.config.save();
    announce("Saved. It holds within a second.");
    await environment.reload();
  };
  const ask = () => {
    if (newDomain() === savedDomain()) void action.run(save);
    else setAsking(true);
  };
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
            onClick={ask}
          >
            Save changes
          </Button>
        </div>
        <ConfirmDialog
          open={asking()}
          title="Change the passkeys’ domain?"
          consequences={`All passkeys of this environment are bound to ${savedDomain()}. With ${newDomain()} none of them works any more, and everybody has to register anew. Changing it back makes them work again.`}
          typed={newDomain()}
          verb="Change the domain"
          onConfirm={save}
          onClose={() => setAsking(false)}
        />
      </div>
    </Show>
  );
}
