import { createSignal, For, Show } from "solid-js";
import { call } from "../../../api/call";
import type { ApiKey } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { createLoad } from "../../../load/createLoad";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { ConfirmDialog } from "../../../parts/ConfirmDialog";
import { Empty } from "../../../parts/Empty";
import { Icon } from "../../../parts/Icon";
import { Loaded } from "../../../parts/Loaded";
import { Time } from "../../../parts/Time";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import { CreateKeyDialog } from "./CreateKeyDialog";
import { KeyExpiry } from "./KeyExpiry";
import { RollKeyDialog } from "./RollKeyDialog";

/** The keys of this environment's API. */
export function ApiKeysPage() {
  const { tenantId, role } = useEnvironment();
  const keys = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}/api-keys", { path: { tenant_id }, signal }),
  );
  const [creating, setCreating] = createSignal(false);
  const [rolled, setRolled] = createSignal<ApiKey>();
  const [revoked, setRevoked] = createSignal<ApiKey>();
  const missing = () => roleNeeded(role(), "developer");
  const revoke = async () => {
    const key = revoked();
    if (!key) return;
    const path = { tenant_id: tenantId(), secret_id: key.id };
    await withFreshPasskey(() => call("DELETE /environments/{tenant_id}/api-keys/{secret_id}", { path }));
    announce(key.state === "expired" ? `Deleted ${key.name}` : `Revoked ${key.name}`);
    await keys.reload();
  };
  const create = () => (
    <Button kind="primary" unavailable={missing()} onClick={() => setCreating(true)}>
      <Icon name="plus" />
      Create API key
    </Button>
  );
  return (
    <>
      <PageHeading title="API keys" actions={create()}>
        Your backend sends one with each call. They work in this environment alone, until they expire or you revoke
        them.
      </PageHeading>
      <section class="card" aria-label="API keys">
        <Loaded load={keys}>
          {(list) => (
            <Show
              when={list().length > 0}
              fallback={
                <Empty title="No API key yet" actions={create()}>
                  Create one and put it into your backend’s .env. Its secret is shown once.
                </Empty>
              }
            >
              <table class="table stacking">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Key</th>
                    <th scope="col">Created</th>
                    <th scope="col">Last used</th>
                    <th scope="col">Expires</th>
                    <th scope="col">
                      <span class="sr">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  <For each={list()}>
                    {(key) => (
                      <tr>
                        <td class="main">{key.name}</td>
                        <td data-label="Key">
                          <code>{key.secret}</code>
                        </td>
                        <td data-label="Created">
                          <Time at={key.created_at} />
                        </td>
                        <td data-label="Last used">
                          <Show when={key.last_used_at} fallback={<span class="quiet">Never</span>}>
                            {(at) => <Time at={at()} />}
                          </Show>
                        </td>
                        <td data-label="Expires">
                          <KeyExpiry value={key} />
                        </td>
                        <td class="end">
                          <div class="buttons">
                            <Show when={key.state === "active"}>
                              <Button
                                size="small"
                                kind="quiet"
                                label={`Roll ${key.name}`}
                                unavailable={missing()}
                                onClick={() => setRolled(key)}
                              >
                                Roll
                              </Button>
                            </Show>
                            <Button
                              size="small"
                              kind="danger"
                              label={`${removing(key)} ${key.name}`}
                              unavailable={missing()}
                              onClick={() => setRevoked(key)}
                            >
                              {removing(key)}
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
      <CreateKeyDialog
        open={creating()}
        tenantId={tenantId()}
        onCreated={() => void keys.reload()}
        onClose={() => setCreating(false)}
      />
      <RollKeyDialog
        rolls={rolled()}
        tenantId={tenantId()}
        onCreated={() => void keys.reload()}
        onClose={() => setRolled(undefined)}
      />
      <ConfirmDialog
        open={revoked() !== undefined}
        title={`${removing(revoked())} ${revoked()?.name ?? ""}?`}
        consequences={
          <>
            {revoked()?.state === "expired"
              ? "It has expired already; this takes it off the list."
              : "Calls with it are refused within a second, for good."}{" "}
            <Show when={revoked()?.last_used_at} fallback="It was never used.">
              {(at) => (
                <>
                  It was last used <Time at={at()} />.
                </>
              )}
            </Show>
          </>
        }
        verb={`${removing(revoked())} key`}
        onConfirm={revoke}
        onClose={() => setRevoked(undefined)}
      />
    </>
  );
}

/** What taking a key away is called: one that has expired already is only listed. */
function removing(key: ApiKey | undefined): string {
  return key?.state === "expired" ? "Delete" : "Revoke";
}
