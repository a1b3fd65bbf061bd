import { A } from "@solidjs/router";
import { createSignal, For, Show } from "solid-js";
import { call } from "../../../api/call";
import { PageHeading } from "../../../layout/PageHeading";
import { createLoad } from "../../../load/createLoad";
import { Button } from "../../../parts/Button";
import { Empty } from "../../../parts/Empty";
import { Icon } from "../../../parts/Icon";
import { Loaded } from "../../../parts/Loaded";
import { Time } from "../../../parts/Time";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import { WebhookDialog } from "./WebhookDialog";
import { WebhookStateBadge } from "./WebhookStateBadge";

/** Where this environment tells of what happens. */
export function WebhooksPage() {
  const { tenantId, role } = useEnvironment();
  const webhooks = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}/webhooks", { path: { tenant_id }, signal }),
  );
  const [creating, setCreating] = createSignal(false);
  const add = () => (
    <Button kind="primary" unavailable={roleNeeded(role(), "admin")} onClick={() => setCreating(true)}>
      <Icon name="plus" />
      Add webhook
    </Button>
  );
  return (
    <>
      <PageHeading title="Webhooks" actions={add()}>
        Your servers are told of what happens here, at least once, signed as Standard Webhooks say.
      </PageHeading>
      <section class="card" aria-label="Webhooks">
        <Loaded load={webhooks}>
          {(list) => (
            <Show
              when={list().length > 0}
              fallback={
                <Empty title="No webhook yet" actions={add()}>
                  Add one to send people a mail when a passkey is added to their account, for example.
                </Empty>
              }
            >
              <table class="table stacking">
                <thead>
                  <tr>
                    <th scope="col">URL</th>
                    <th scope="col">State</th>
                    <th scope="col">Events</th>
                    <th scope="col">Created</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={list()}>
                    {(webhook) => (
                      <tr class="linked">
                        <td>
                          <A class="main break" href={`/environments/${tenantId()}/webhooks/${webhook.id}`}>
                            {webhook.url}
                          </A>
                          <div class="under">{webhook.description}</div>
                        </td>
                        <td data-label="State">
                          <WebhookStateBadge webhook={webhook} />
                        </td>
                        <td data-label="Events">{webhook.events.length === 0 ? "All" : webhook.events.length}</td>
                        <td data-label="Created">
                          <Time at={webhook.created_at} />
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
      <WebhookDialog
        open={creating()}
        tenantId={tenantId()}
        onSaved={() => void webhooks.reload()}
        onClose={() => setCreating(false)}
      />
    </>
  );
}
