import { createSignal, Show } from "solid-js";
import { call } from "../../../api/call";
import { createAction } from "../../../load/createAction";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { ConfirmDialog } from "../../../parts/ConfirmDialog";
import { Field } from "../../../parts/Field";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { roleNeeded } from "../../../session/roleNeeded";
import { AppUrlExplained } from "../../project/AppUrlExplained";
import { createDerivation } from "../../project/createDerivation";
import { useEnvironment } from "../environmentContext";

interface AppUrlFormProps {
  readonly verb: string;
  readonly onSaved?: () => void;
}

/** Sets the app's URL, and with it the RP ID, origins and CORS anew. */
export function AppUrlForm(props: AppUrlFormProps) {
  const { environment, projects, role, tenantId } = useEnvironment();
  const action = createAction();
  const before = () => environment.value();
  const [url, setUrl] = createSignal(before()?.app_url ?? "");
  const [asking, setAsking] = createSignal(false);
  const derivation = createDerivation(url);
  const [newDomain, setNewDomain] = createSignal("");
  const save = async () => {
    const body = { app_url: url().trim() };
    const path = { tenant_id: tenantId() };
    environment.set(await withFreshPasskey(() => call("PUT /environments/{tenant_id}/app-url", { path, body })));
    void projects.reload();
    announce("Set the app’s URL");
    props.onSaved?.();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const now = before();
      // What was explained may be of a moment ago.
      const { rp_id } = await call("POST /projects/preview", { body: { app_url: url().trim() } });
      if (!now?.app_url || rp_id === undefined || rp_id === now.rp_id) {
        await save();
        return;
      }
      setNewDomain(rp_id);
      setAsking(true);
    });
  };
  return (
    <form onSubmit={submit}>
      <div class="card-body form">
        <Field
          label="App URL"
          type="url"
          value={url()}
          onInput={setUrl}
          required
          mono
          placeholder="https://app.example.com"
          autocomplete="url"
          hint="Where your pages are, with scheme and port: what the browser’s address bar shows."
          complaint={derivation()?.problem}
        />
        <AppUrlExplained url={url()} derivation={derivation()} />
        <ProblemNotice problem={action.problem()} />
      </div>
      <div class="card-foot">
        <span class="quiet small">Sets the domain, the origins and CORS anew.</span>
        <Button
          kind="primary"
          size="small"
          type="submit"
          busy={action.busy()}
          unavailable={
            roleNeeded(role(), "admin") ?? (url().trim() === before()?.app_url ? "Nothing has changed" : undefined)
          }
        >
          {props.verb}
        </Button>
      </div>
      <Show when={asking()}>
        <ConfirmDialog
          open
          title="Change the passkeys’ domain?"
          consequences={`All passkeys of this environment are bound to ${before()?.rp_id ?? ""}. With ${newDomain()} none of them works any more, and everybody has to register anew. Changing it back makes them work again.`}
          typed={newDomain()}
          verb="Change the domain"
          onConfirm={save}
          onClose={() => setAsking(false)}
        />
      </Show>
    </form>
  );
}
