import { createSignal, For, Show } from "solid-js";
import { call } from "../../api/call";
import type { Passkey } from "../../api/types";
import { createLoad } from "../../load/createLoad";
import { announce } from "../../parts/announce";
import { Button } from "../../parts/Button";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { Loaded } from "../../parts/Loaded";
import { RenameDialog } from "../../parts/RenameDialog";
import { StorageBadge } from "../../parts/StorageBadge";
import { Time } from "../../parts/Time";
import { withFreshPasskey } from "../../session/freshPasskey";
import { refreshSession } from "../../session/refreshSession";
import { AddPasskeyButton } from "./AddPasskeyButton";
import { AuthenticatorIcon } from "../../parts/AuthenticatorIcon";

/** The operator's passkeys: named, listed, removed. */
export function PasskeysCard() {
  const passkeys = createLoad(
    () => true,
    (_, signal) => call("GET /passkeys", { signal }),
  );
  const [renamed, setRenamed] = createSignal<Passkey>();
  const [removed, setRemoved] = createSignal<Passkey>();
  const remove = async () => {
    const passkey = removed();
    if (!passkey) return;
    const path = { credential_id: passkey.id };
    await withFreshPasskey(() => call("DELETE /passkeys/{credential_id}", { path }));
    announce(`Removed ${passkey.name}`);
    await Promise.all([passkeys.reload(), refreshSession()]);
  };
  const rename = async (name: string) => {
    const passkey = renamed();
    if (!passkey) return;
    await call("PATCH /passkeys/{credential_id}", { path: { credential_id: passkey.id }, body: { name } });
    announce(`Renamed to ${name}`);
    await passkeys.reload();
  };
  return (
    <section class="card" aria-labelledby="passkeys">
      <div class="card-head">
        <div>
          <h2 id="passkeys">Passkeys</h2>
          <p>Each of them signs you in.</p>
        </div>
        <AddPasskeyButton kind="plain" onAdded={() => void passkeys.reload()} />
      </div>
      <Loaded load={passkeys} lines={2}>
        {(list) => (
          <Show when={list().length > 0} fallback={<p class="card-body quiet">No passkey yet. Add one now.</p>}>
            <table class="table stacking">
              <thead>
                <tr>
                  <th scope="col">Passkey</th>
                  <th scope="col">Kept</th>
                  <th scope="col">Created</th>
                  <th scope="col">Last used</th>
                  <th scope="col">
                    <span class="sr">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={list()}>
                  {(passkey) => (
                    <tr>
                      <td>
                        <div class="with-icon">
                          <AuthenticatorIcon src={passkey.authenticator_icon} />
                          <div>
                            <div class="main">{passkey.name}</div>
                            <Show when={passkey.registered_on}>
                              <div class="under">from {passkey.registered_on}</div>
                            </Show>
                          </div>
                        </div>
                      </td>
                      <td data-label="Kept">
                        <StorageBadge storage={passkey.storage} />
                      </td>
                      <td data-label="Created">
                        <Time at={passkey.created_at} />
                      </td>
                      <td data-label="Last used">
                        <Time at={passkey.last_used_at} />
                      </td>
                      <td class="end">
                        <div class="buttons">
                          <Button
                            size="small"
                            kind="quiet"
                            label={`Rename ${passkey.name}`}
                            onClick={() => setRenamed(passkey)}
                          >
                            Rename
                          </Button>
                          <Button
                            size="small"
                            kind="danger"
                            label={`Remove ${passkey.name}`}
                            onClick={() => setRemoved(passkey)}
                          >
                            Remove
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
      <RenameDialog
        open={renamed() !== undefined}
        title="Rename this passkey"
        name={renamed()?.name ?? ""}
        onRename={rename}
        onClose={() => setRenamed(undefined)}
      />
      <ConfirmDialog
        open={removed() !== undefined}
        title={`Remove ${removed()?.name ?? "this passkey"}?`}
        consequences="It can’t sign you in any more. Delete it on the device too, or its prompt goes on offering it."
        verb="Remove passkey"
        onConfirm={remove}
        onClose={() => setRemoved(undefined)}
      />
    </section>
  );
}
