import { createEffect, createSignal, on, Show } from "solid-js";
import { call } from "../../../api/call";
import type { ApiKeyCreated } from "../../../api/types";
import { createAction } from "../../../load/createAction";
import { Button } from "../../../parts/Button";
import { Dialog } from "../../../parts/Dialog";
import { Field } from "../../../parts/Field";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { memberComplaint } from "../../../problems/memberComplaint";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { ExpiryField } from "./ExpiryField";
import { NewKey } from "./NewKey";

interface CreateKeyDialogProps {
  readonly open: boolean;
  readonly tenantId: string;
  readonly onCreated: (key: ApiKeyCreated) => void;
  readonly onClose: () => void;
}

/** Creates an API key and shows its secret, once. */
export function CreateKeyDialog(props: CreateKeyDialogProps) {
  const action = createAction();
  const [name, setName] = createSignal("");
  const [expiresAt, setExpiresAt] = createSignal<string>();
  const [created, setCreated] = createSignal<ApiKeyCreated>();
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return;
        setName("Backend");
        setExpiresAt(undefined);
        setCreated(undefined);
        action.clear();
      },
    ),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const path = { tenant_id: props.tenantId };
      const body = { name: name().trim(), expires_at: expiresAt() ?? null };
      const key = await withFreshPasskey(() => call("POST /environments/{tenant_id}/api-keys", { path, body }));
      setCreated(key);
      props.onCreated(key);
    });
  };
  return (
    <Dialog
      open={props.open}
      large
      insistent={created() !== undefined}
      title={created() ? "Your new API key" : "Create API key"}
      description={
        created()
          ? "This is the only time it is shown. Put it where your backend reads its secrets, never into a page."
          : "For your backend. Whoever has it can do everything in this environment’s API."
      }
      onClose={props.onClose}
    >
      <Show
        when={created()}
        fallback={
          <form class="form" onSubmit={submit}>
            <Field
              label="Name"
              value={name()}
              onInput={setName}
              required
              maxLength={128}
              hint="Where it is used, so that you know later which one to revoke."
            />
            <ExpiryField
              value={expiresAt()}
              onChange={setExpiresAt}
              complaint={memberComplaint(action.problem(), "expires_at")}
            />
            <ProblemNotice problem={memberComplaint(action.problem(), "expires_at") ? undefined : action.problem()} />
            <div class="buttons end">
              <Button onClick={props.onClose}>Cancel</Button>
              <Button kind="primary" type="submit" busy={action.busy()}>
                Create key
              </Button>
            </div>
          </form>
        }
      >
        {(key) => <NewKey value={key()} tenantId={props.tenantId} onClose={props.onClose} />}
      </Show>
    </Dialog>
  );
}
