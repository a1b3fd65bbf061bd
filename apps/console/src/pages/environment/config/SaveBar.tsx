import { createSignal, Show } from "solid-js";
import { createAction } from "../../../load/createAction";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { ConfirmDialog } from "../../../parts/ConfirmDialog";
import { Notice } from "../../../parts/Notice";
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
    if (newDomain() === savedDomain()) void action.run(save).then(showRefused);
    else setAsking(true);
  };
  /** Leads to what the server refused: its field, or the JSON where it has none. */
  const showRefused = (well: boolean) => {
    if (well || props.config.fault() === undefined) return;
    const field = document.querySelector(".config-fields [aria-invalid=true]");
    if (field instanceof HTMLElement) field.focus();
  };
  const undo = () => {
    action.clear();
    props.config.undo();
  };
  const missing = () =>
    roleNeeded(role(), "admin") ??
    (props.config.fault()?.member === undefined && props.config.fault() ? "The JSON has an error" : undefined);
  return (
    <Show when={props.config.isChanged() || action.problem()}>
      <div class="save-bar" role="region" aria-label="Changes">
        {/* What is said at its place needs no repetition. */}
        <Show
          when={props.config.fault()?.member !== undefined && action.problem()}
          fallback={<ProblemNotice problem={action.problem()} />}
        >
          <div role="alert">
            <Notice tone="wrong">
              <p>The server didn’t take it: see what is marked.</p>
            </Notice>
          </div>
        </Show>
        <div class="buttons">
          <span class="quiet small">Not saved yet. Saving holds for running sign-ins too, within a second.</span>
          <Button size="small" onClick={undo}>
            Undo
          </Button>
          <Button size="small" kind="primary" busy={action.busy()} unavailable={missing()} onClick={ask}>
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
