import { createEffect, createSignal, on, Show } from "solid-js";
import { call } from "../../../api/call";
import type { ApiKeyCreated } from "../../../api/types";
import { createAction } from "../../../load/createAction";
import { Button } from "../../../parts/Button";
import { CodeBlock } from "../../../parts/CodeBlock";
import { CopyButton } from "../../../parts/CopyButton";
import { Dialog } from "../../../parts/Dialog";
import { Field } from "../../../parts/Field";
import { Notice } from "../../../parts/Notice";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { consoleState } from "../../../session/session";
import { envFile } from "./envFile";

interface CreateKeyDialogProps {
  readonly open: boolean;
  readonly tenantId: string;
  /** A key that the new one takes over from. */
  readonly rolls?: string | undefined;
  readonly onCreated: (key: ApiKeyCreated) => void;
  readonly onClose: () => void;
}

/** Creates an API key and shows its secret, once, with the `.env` to go with it. */
export function CreateKeyDialog(props: CreateKeyDialogProps) {
  const action = createAction();
  const [name, setName] = createSignal("");
  const [created, setCreated] = createSignal<ApiKeyCreated>();
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return;
        const today = new Date().toISOString().slice(0, 10);
        setName(props.rolls === undefined ? "Backend" : `${props.rolls.replace(/ \d{4}-\d\d-\d\d$/, "")} ${today}`);
        setCreated(undefined);
        action.clear();
      },
    ),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const path = { tenant_id: props.tenantId };
      const body = { name: name().trim() };
      const key = await withFreshPasskey(() => call("POST /environments/{tenant_id}/api-keys", { path, body }));
      setCreated(key);
      props.onCreated(key);
    });
  };
  const title = () => {
    if (created()) return "Your new API key";
    return props.rolls === undefined ? "Create API key" : `Roll ${props.rolls}`;
  };
  return (
    <Dialog
      open={props.open}
      large
      insistent={created() !== undefined}
      title={title()}
      description={
        created()
          ? "This is the only time it is shown. Put it where your backend reads its secrets, never into a page."
          : props.rolls === undefined
            ? "For your backend. Whoever has it can do everything in this environment’s API."
            : "Makes a second key. The old one goes on working until you revoke it, so nothing stops in between."
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
            <ProblemNotice problem={action.problem()} />
            <div class="buttons end">
              <Button onClick={props.onClose}>Cancel</Button>
              <Button kind="primary" type="submit" busy={action.busy()}>
                Create key
              </Button>
            </div>
          </form>
        }
      >
        {(key) => (
          <>
            <div class="secret">
              <code>{key().secret}</code>
              <CopyButton value={key().secret} what="API key" />
            </div>
            <div class="stack tight">
              <h3>The backend’s .env, ready to paste</h3>
              <CodeBlock what=".env" code={envFile(consoleState()?.public_url ?? "", props.tenantId, key().secret)} />
            </div>
            <Show when={props.rolls}>
              <Notice>
                <p>
                  Deploy it, wait until “last used” of {props.rolls} stands still, then revoke {props.rolls}.
                </p>
              </Notice>
            </Show>
            <div class="buttons end">
              <Button kind="primary" onClick={props.onClose}>
                I have saved it
              </Button>
            </div>
          </>
        )}
      </Show>
    </Dialog>
  );
}
