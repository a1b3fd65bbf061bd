import { A, useNavigate, useParams } from "@solidjs/router";
import { createEffect, createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import { call } from "../../../api/call";
import type { WebhookDelivery, WebhookEvent } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { createAction } from "../../../load/createAction";
import { createLoad } from "../../../load/createLoad";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { CodeBlock } from "../../../parts/CodeBlock";
import { ConfirmDialog } from "../../../parts/ConfirmDialog";
import { CopyButton } from "../../../parts/CopyButton";
import { CopyField } from "../../../parts/CopyField";
import { Dialog } from "../../../parts/Dialog";
import { Empty } from "../../../parts/Empty";
import { Id } from "../../../parts/Id";
import { Loaded } from "../../../parts/Loaded";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { Time } from "../../../parts/Time";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import { DeliveryState } from "./DeliveryState";
import { EVENTS } from "./events";
import { WebhookDialog } from "./WebhookDialog";
import { WebhookStateBadge } from "./WebhookStateBadge";

const POLL_MS = 2_000;

/** One webhook: its deliveries, and what can be done with it. */
export function WebhookPage() {
  const { tenantId, role } = useEnvironment();
  const params = useParams();
  const navigate = useNavigate();
  const place = createMemo(() => ({ tenant_id: tenantId(), webhook_id: params.webhook ?? "" }));
  const webhooks = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}/webhooks", { path: { tenant_id }, signal }),
  );
  const webhook = () => webhooks.value()?.find(({ id }) => id === params.webhook);
  const deliveries = createLoad(place, (path, signal) =>
    call("GET /environments/{tenant_id}/webhooks/{webhook_id}/deliveries", { path, signal }),
  );
  // What is under way shows how it ends, while somebody looks.
  const isUnderWay = createMemo(() => deliveries.value()?.some(({ status }) => status === "pending") === true);
  createEffect(() => {
    if (!isUnderWay()) return;
    const timer = window.setInterval(() => {
      if (document.visibilityState === "visible") void deliveries.reload();
    }, POLL_MS);
    onCleanup(() => window.clearInterval(timer));
  });
  const action = createAction();
  const [changing, setChanging] = createSignal(false);
  const [removing, setRemoving] = createSignal(false);
  const [replacing, setReplacing] = createSignal(false);
  const [secret, setSecret] = createSignal<string>();
  const [opened, setOpened] = createSignal<WebhookDelivery>();
  const missing = () => roleNeeded(role(), "admin");
  const toggle = () =>
    action.run(async () => {
      const state = webhook()?.state === "enabled" ? "disabled" : "enabled";
      await withFreshPasskey(() =>
        call("PATCH /environments/{tenant_id}/webhooks/{webhook_id}", { path: place(), body: { state } }),
      );
      announce(state === "enabled" ? "Enabled the webhook" : "Disabled the webhook");
      await webhooks.reload();
    });
  const replace = async () => {
    const made = await withFreshPasskey(() =>
      call("POST /environments/{tenant_id}/webhooks/{webhook_id}/secret", { path: place(), body: { now: false } }),
    );
    setSecret(made.secret);
  };
  const remove = async () => {
    await withFreshPasskey(() => call("DELETE /environments/{tenant_id}/webhooks/{webhook_id}", { path: place() }));
    announce("Deleted the webhook");
    navigate(`/environments/${tenantId()}/webhooks`);
  };
  const redeliver = (delivery: WebhookDelivery) =>
    action.run(async () => {
      await call("POST /environments/{tenant_id}/webhooks/{webhook_id}/deliveries/{event_id}/redeliver", {
        path: { ...place(), event_id: delivery.event_id },
      });
      announce("It is due again");
      await deliveries.reload();
    });
  return (
    <>
      <A href={`/environments/${tenantId()}/webhooks`} class="back">
        All webhooks
      </A>
      <PageHeading
        title={webhook()?.description || "Webhook"}
        actions={
          <>
            <Button unavailable={missing()} onClick={() => setChanging(true)}>
              Change
            </Button>
            <Button unavailable={missing()} busy={action.busy()} onClick={() => void toggle()}>
              {webhook()?.state === "enabled" ? "Disable" : "Enable"}
            </Button>
            <Button unavailable={missing()} onClick={() => setReplacing(true)}>
              Replace secret
            </Button>
            <Button kind="danger" unavailable={missing()} onClick={() => setRemoving(true)}>
              Delete
            </Button>
          </>
        }
      >
        <Show when={webhook()}>{(value) => <WebhookStateBadge webhook={value()} />}</Show>
      </PageHeading>
      <div class="sections">
        <ProblemNotice problem={action.problem()} />
        <dl class="card">
          <CopyField name="URL" value={webhook()?.url ?? ""} />
          <CopyField name="Webhook ID" value={params.webhook ?? ""} />
          <div class="copy-field">
            <dt>Tells of</dt>
            <dd>{heard(webhook()?.events ?? [])}</dd>
          </div>
        </dl>
        <section class="card" aria-labelledby="deliveries">
          <div class="card-head">
            <div>
              <h2 id="deliveries">Deliveries</h2>
              <p>Newest first. One that fails is attempted again for a day.</p>
            </div>
            <Button size="small" busy={deliveries.loading()} onClick={() => void deliveries.reload()}>
              Refresh
            </Button>
          </div>
          <Loaded load={deliveries}>
            {(list) => (
              <Show
                when={list().length > 0}
                fallback={<Empty title="Nothing sent yet">The next event that it listens to shows up here.</Empty>}
              >
                <table class="table stacking">
                  <thead>
                    <tr>
                      <th scope="col">Event</th>
                      <th scope="col">State</th>
                      <th scope="col">Attempts</th>
                      <th scope="col">Happened</th>
                      <th scope="col">
                        <span class="sr">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={list()}>
                      {(delivery) => (
                        <tr>
                          <td data-label="Event">
                            <code>{delivery.type}</code>
                          </td>
                          <td data-label="State">
                            <DeliveryState delivery={delivery} />
                          </td>
                          <td data-label="Attempts">
                            {delivery.attempts}
                            <Show when={delivery.last_attempt_at}>
                              {(at) => (
                                <span class="under">
                                  Last <Time at={at()} />
                                </span>
                              )}
                            </Show>
                          </td>
                          <td data-label="Happened">
                            <Time at={delivery.created_at} />
                          </td>
                          <td class="end">
                            <div class="buttons">
                              <Button
                                size="small"
                                kind="quiet"
                                label={`Body of ${delivery.type}`}
                                onClick={() => setOpened(delivery)}
                              >
                                Body
                              </Button>
                              <Button
                                size="small"
                                unavailable={roleNeeded(role(), "developer")}
                                busy={action.busy()}
                                onClick={() => void redeliver(delivery)}
                              >
                                Send again
                              </Button>
                            </div>
                          </td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </Show>
            )}
          </Loaded>
        </section>
      </div>
      <WebhookDialog
        open={changing()}
        tenantId={tenantId()}
        webhook={webhook()}
        onSaved={() => void webhooks.reload()}
        onClose={() => setChanging(false)}
      />
      <ConfirmDialog
        open={replacing()}
        title="Replace the secret?"
        consequences="You get a new one to put into your receiver. Both sign for a day, so nothing is lost in between."
        verb="Replace secret"
        onConfirm={replace}
        onClose={() => setReplacing(false)}
      />
      <Dialog
        open={secret() !== undefined}
        insistent
        title="The new secret"
        description="It is shown this once."
        onClose={() => setSecret(undefined)}
      >
        <div class="secret">
          <code>{secret()}</code>
          <CopyButton value={secret() ?? ""} what="webhook secret" />
        </div>
        <div class="buttons end">
          <Button kind="primary" onClick={() => setSecret(undefined)}>
            I have saved it
          </Button>
        </div>
      </Dialog>
      <Dialog
        open={opened() !== undefined}
        large
        title={opened()?.type ?? ""}
        description={
          <>
            What the receiver is sent. Its <code>webhook-id</code> is the same at every attempt:{" "}
            <Id value={opened()?.event_id ?? ""} what="webhook-id" />
          </>
        }
        onClose={() => setOpened(undefined)}
      >
        <CodeBlock code={pretty(opened()?.body ?? "{}")} what="Body" />
        <div class="buttons end">
          <Button kind="primary" onClick={() => setOpened(undefined)}>
            Close
          </Button>
        </div>
      </Dialog>
      <ConfirmDialog
        open={removing()}
        title="Delete this webhook?"
        consequences="Nothing more is sent to it, and what is waiting is dropped."
        verb="Delete webhook"
        onConfirm={remove}
        onClose={() => setRemoving(false)}
      />
    </>
  );
}

function heard(events: readonly WebhookEvent[]): string {
  if (events.length === 0) return "Everything";
  return events.map((event) => EVENTS.find(([name]) => name === event)?.[1] ?? event).join("; ");
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
