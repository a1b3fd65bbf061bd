import { createEffect, createSignal, For, on, Show } from "solid-js";
import { call } from "../../../api/call";
import type { Webhook, WebhookEvent } from "../../../api/types";
import { createAction } from "../../../load/createAction";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { CheckField } from "../../../parts/CheckField";
import { CopyButton } from "../../../parts/CopyButton";
import { Dialog } from "../../../parts/Dialog";
import { Field } from "../../../parts/Field";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { explainProblem } from "../../../problems/explainProblem";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { EVENTS } from "./events";

interface WebhookDialogProps {
  readonly open: boolean;
  readonly tenantId: string;
  /** The one to change; undefined makes a new one. */
  readonly webhook?: Webhook | undefined;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

/** Creates a webhook and shows its secret, once; or changes one. */
export function WebhookDialog(props: WebhookDialogProps) {
  const action = createAction();
  const [url, setUrl] = createSignal("");
  const [description, setDescription] = createSignal("");
  const [events, setEvents] = createSignal<readonly WebhookEvent[]>([]);
  const [secret, setSecret] = createSignal<string>();
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return;
        setUrl(props.webhook?.url ?? "");
        setDescription(props.webhook?.description ?? "");
        setEvents(props.webhook?.events ?? []);
        setSecret(undefined);
        action.clear();
      },
    ),
  );
  const toggle = (event: WebhookEvent, wanted: boolean) =>
    setEvents((before) => (wanted ? [...before, event] : before.filter((one) => one !== event)));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const tenant_id = props.tenantId;
    const body = { url: url().trim(), description: description().trim(), events: [...events()] };
    const changed = props.webhook;
    const well = await action.run(async () => {
      if (changed) {
        const path = { tenant_id, webhook_id: changed.id };
        await withFreshPasskey(() => call("PATCH /environments/{tenant_id}/webhooks/{webhook_id}", { path, body }));
        announce("Saved the webhook");
      } else {
        const made = await withFreshPasskey(() =>
          call("POST /environments/{tenant_id}/webhooks", { path: { tenant_id }, body }),
        );
        setSecret(made.secret);
      }
      props.onSaved();
    });
    if (well && changed) props.onClose();
  };
  const complaint = () => {
    const problem = action.problem();
    return problem && /^webhook_(url|address)_/.test(problem.code) ? explainProblem(problem) : undefined;
  };
  const title = () => {
    if (secret()) return "The webhook’s secret";
    return props.webhook ? "Change webhook" : "Add webhook";
  };
  return (
    <Dialog
      open={props.open}
      large
      insistent={secret() !== undefined}
      title={title()}
      description={
        secret()
          ? "Your receiver checks each delivery’s signature with it (Standard Webhooks). It is shown this once."
          : "Your server is told of what happens here, signed and repeated until it answers."
      }
      onClose={props.onClose}
    >
      <Show
        when={secret()}
        fallback={
          <form class="form" onSubmit={(event) => void submit(event)}>
            <Field
              label="URL"
              type="url"
              value={url()}
              onInput={setUrl}
              required
              mono
              maxLength={2048}
              placeholder="https://app.example.com/passgate"
              hint="https, and reachable from Passgate; private addresses are refused."
              complaint={complaint()}
            />
            <Field label="Description" value={description()} onInput={setDescription} maxLength={256} />
            <fieldset class="stack tight">
              <legend class="legend">Tell it of</legend>
              <p class="hint">{events().length === 0 ? "None chosen: of everything." : "Of the chosen ones alone."}</p>
              <For each={EVENTS}>
                {([name, words]) => (
                  <CheckField
                    label={words}
                    checked={events().includes(name)}
                    onChange={(wanted) => toggle(name, wanted)}
                    hint={<code>{name}</code>}
                  />
                )}
              </For>
            </fieldset>
            <ProblemNotice problem={complaint() ? undefined : action.problem()} />
            <div class="buttons end">
              <Button onClick={props.onClose}>Cancel</Button>
              <Button kind="primary" type="submit" busy={action.busy()}>
                {props.webhook ? "Save" : "Add webhook"}
              </Button>
            </div>
          </form>
        }
      >
        {(value) => (
          <>
            <div class="secret">
              <code>{value()}</code>
              <CopyButton value={value()} what="webhook secret" />
            </div>
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
