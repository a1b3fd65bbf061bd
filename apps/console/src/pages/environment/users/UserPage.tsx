import { A, useNavigate, useParams } from "@solidjs/router";
import { createMemo, createSignal, For, Show } from "solid-js";
import { call } from "../../../api/call";
import type { Credential } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { createLoad } from "../../../load/createLoad";
import { announce } from "../../../parts/announce";
import { Badge } from "../../../parts/Badge";
import { Button } from "../../../parts/Button";
import { ConfirmDialog } from "../../../parts/ConfirmDialog";
import { CopyField } from "../../../parts/CopyField";
import { Empty } from "../../../parts/Empty";
import { eventWords } from "../../../parts/eventWords";
import { Loaded } from "../../../parts/Loaded";
import { RenameDialog } from "../../../parts/RenameDialog";
import { Time } from "../../../parts/Time";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import { CredentialRow } from "./CredentialRow";

/** One user: passkeys, and what happened with them. */
export function UserPage() {
  const { tenantId, role } = useEnvironment();
  const params = useParams();
  const navigate = useNavigate();
  const place = createMemo(() => ({ tenant_id: tenantId(), user_id: params.user ?? "" }));
  const user = createLoad(place, (path, signal) =>
    call("GET /environments/{tenant_id}/users/{user_id}", { path, signal }),
  );
  const actor = createMemo(() => user.value()?.user_id);
  const timeline = createLoad(actor, async (named, signal) => {
    const query = { actor: named, limit: "50" };
    return (await call("GET /environments/{tenant_id}/audit-log", { path: { tenant_id: tenantId() }, query, signal }))
      .rows;
  });
  const [renamed, setRenamed] = createSignal<Credential>();
  const [removed, setRemoved] = createSignal<Credential>();
  const [deleting, setDeleting] = createSignal(false);
  const credentialPath = (credential: Credential) => ({ tenant_id: tenantId(), credential_id: credential.id });
  const reload = () => Promise.all([user.reload(), timeline.reload()]);

  const rename = async (name: string) => {
    const credential = renamed();
    if (!credential) return;
    await call("PATCH /environments/{tenant_id}/credentials/{credential_id}", {
      path: credentialPath(credential),
      body: { name },
    });
    announce(`Renamed to ${name}`);
    await reload();
  };
  const remove = async () => {
    const credential = removed();
    if (!credential) return;
    await withFreshPasskey(() =>
      call("DELETE /environments/{tenant_id}/credentials/{credential_id}", { path: credentialPath(credential) }),
    );
    announce("Deleted the passkey");
    await reload();
  };
  const removeUser = async () => {
    await withFreshPasskey(() => call("DELETE /environments/{tenant_id}/users/{user_id}", { path: place() }));
    announce("Deleted the user");
    navigate(`/environments/${tenantId()}/users`);
  };

  return (
    <>
      <A href={`/environments/${tenantId()}/users`} class="back">
        All users
      </A>
      <PageHeading
        title={user.value()?.name ?? "User"}
        actions={
          <Show when={user.value()}>
            <Button kind="danger" unavailable={roleNeeded(role(), "admin")} onClick={() => setDeleting(true)}>
              Delete user
            </Button>
          </Show>
        }
      >
        {user.value()?.display_name ?? ""}
      </PageHeading>
      <Loaded load={user} lines={6}>
        {(value) => (
          <div class="sections">
            <dl class="card">
              <CopyField name="User ID in your app" value={value().user_id} />
              <CopyField name="Passgate’s ID" value={value().id} />
            </dl>
            <section class="card" aria-labelledby="passkeys">
              <div class="card-head">
                <h2 id="passkeys">Passkeys</h2>
                <Badge>{value().credentials.length}</Badge>
              </div>
              <Show
                when={value().credentials.length > 0}
                fallback={
                  <Empty title="No passkey">A registration was begun and not finished, or all were deleted.</Empty>
                }
              >
                <ul class="credentials">
                  <For each={value().credentials}>
                    {(credential) => (
                      <CredentialRow
                        credential={credential}
                        tenantId={tenantId()}
                        role={role()}
                        onRename={() => setRenamed(credential)}
                        onDelete={() => setRemoved(credential)}
                      />
                    )}
                  </For>
                </ul>
              </Show>
            </section>
            <Show when={value().transactions.length > 0}>
              <section class="card" aria-labelledby="transactions">
                <div class="card-head">
                  <h2 id="transactions">Transactions</h2>
                </div>
                <table class="table stacking">
                  <thead>
                    <tr>
                      <th scope="col">Your app’s ID</th>
                      <th scope="col">State</th>
                      <th scope="col">Begun</th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={value().transactions}>
                      {(transaction) => (
                        <tr>
                          <td>
                            <code>{transaction.identifier}</code>
                          </td>
                          <td data-label="State">
                            <Badge>{transaction.status}</Badge>
                          </td>
                          <td data-label="Begun">
                            <Time at={transaction.created_at} />
                          </td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </section>
            </Show>
            <section class="card" aria-labelledby="timeline">
              <div class="card-head">
                <h2 id="timeline">Timeline</h2>
                <A href={`/environments/${tenantId()}/audit-log?actor=${encodeURIComponent(value().user_id)}`}>
                  In the audit log
                </A>
              </div>
              <Loaded load={timeline}>
                {(rows) => (
                  <Show
                    when={rows().length > 0}
                    fallback={<Empty title="Nothing yet">What this user does shows up here.</Empty>}
                  >
                    <ol class="timeline" tabindex="0" aria-label="Newest first">
                      <For each={rows()}>
                        {(row) => (
                          <li data-failed={row.error !== undefined}>
                            <span class="main">{eventWords(row.type)}</span>
                            <Show when={row.error}>
                              <code>{row.error}</code>
                            </Show>
                            <span class="quiet small">
                              <code>{row.meta_source_ip}</code> · <Time at={row.created_at} />
                            </span>
                          </li>
                        )}
                      </For>
                    </ol>
                  </Show>
                )}
              </Loaded>
            </section>
          </div>
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
        title={`Delete ${removed()?.name ?? "this passkey"}?`}
        consequences="The user can’t sign in with it any more. Their device goes on offering it until your page signals that it is gone."
        verb="Delete passkey"
        onConfirm={remove}
        onClose={() => setRemoved(undefined)}
      />
      <ConfirmDialog
        open={deleting()}
        title={`Delete ${user.value()?.name ?? "this user"}?`}
        consequences="With all passkeys and transactions. Your app’s own account stays as it is."
        verb="Delete user"
        typed={user.value()?.name ?? ""}
        onConfirm={removeUser}
        onClose={() => setDeleting(false)}
      />
    </>
  );
}
