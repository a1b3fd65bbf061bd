import { A, useSearchParams } from "@solidjs/router";
import { createSignal, For, Show } from "solid-js";
import { call } from "../../../api/call";
import type { Credential } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { createLoad } from "../../../load/createLoad";
import { createPages } from "../../../load/createPages";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { ConfirmDialog } from "../../../parts/ConfirmDialog";
import { Empty } from "../../../parts/Empty";
import { LoadedPages } from "../../../parts/LoadedPages";
import { Notice } from "../../../parts/Notice";
import { plural } from "../../../parts/plural";
import { SelectField } from "../../../parts/SelectField";
import { StorageBadge } from "../../../parts/StorageBadge";
import { Time } from "../../../parts/Time";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";

/** Passkeys that nobody has used for long, and attempts with deleted ones. */
export function StalePasskeysPage() {
  const { tenantId, role } = useEnvironment();
  const [search, setSearch] = useSearchParams();
  const days = () => (typeof search.days === "string" && /^\d{1,4}$/.test(search.days) ? search.days : "90");
  const stale = createPages(
    () => ({ tenant_id: tenantId(), unused_days: days() }),
    async ({ tenant_id, unused_days }, after, signal) => {
      const query = { unused_days, limit: "50", ...(after === undefined ? {} : { after }) };
      const page = await call("GET /environments/{tenant_id}/stale-passkeys", { path: { tenant_id }, query, signal });
      return { items: page.passkeys, next: page.next };
    },
  );
  const attempts = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}/deleted-attempts", { path: { tenant_id }, signal }),
  );
  const [removed, setRemoved] = createSignal<Credential>();
  const remove = async () => {
    const credential = removed();
    if (!credential) return;
    const path = { tenant_id: tenantId(), credential_id: credential.id };
    await withFreshPasskey(() => call("DELETE /environments/{tenant_id}/credentials/{credential_id}", { path }));
    announce("Deleted the passkey");
    await stale.reload();
  };
  return (
    <>
      <PageHeading title="Stale passkeys">
        A passkey deleted on a device stays in this list, because the device tells nobody. Long unused ones are probably
        gone.
      </PageHeading>
      <div class="sections">
        <Show when={attempts.value()?.count}>
          {(count) => (
            <Notice tone="warn" title={`${plural(count(), "attempt")} with deleted passkeys`}>
              <p>
                A device still offers passkeys that were deleted here
                <Show when={attempts.value()?.last_at}>
                  {(at) => (
                    <>
                      , last <Time at={at()} />
                    </>
                  )}
                </Show>
                . Have your page call <code>signalUnknownCredential</code> when a sign-in is refused with{" "}
                <code>credential_revoked</code>: the browser then removes it.
              </p>
              <A href={`/environments/${tenantId()}/audit-log?q=credential_revoked`}>Show them in the audit log</A>
            </Notice>
          )}
        </Show>
        <section class="card" aria-label="Unused passkeys">
          <div class="card-tools">
            <SelectField
              label="Unused for"
              value={days()}
              options={[
                ["30", "30 days"],
                ["90", "90 days"],
                ["180", "180 days"],
                ["365", "1 year"],
              ]}
              onChange={(value) => setSearch({ days: value }, { replace: true })}
            />
          </div>
          <LoadedPages
            pages={stale}
            empty={<Empty title="None">Every passkey was used in the last {days()} days.</Empty>}
          >
            {(items) => (
              <table class="table stacking">
                <thead>
                  <tr>
                    <th scope="col">Passkey</th>
                    <th scope="col">User ID</th>
                    <th scope="col">Kept</th>
                    <th scope="col">Last used</th>
                    <th scope="col">
                      <span class="sr">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  <For each={items()}>
                    {(passkey) => (
                      <tr>
                        <td>
                          <div class="main">{passkey.name ?? "Unnamed"}</div>
                          <div class="under">{passkey.authenticator ?? ""}</div>
                        </td>
                        <td data-label="User ID">
                          <A
                            class="mono"
                            href={`/environments/${tenantId()}/users?q=${encodeURIComponent(passkey.user_id)}`}
                          >
                            {passkey.user_id}
                          </A>
                        </td>
                        <td data-label="Kept">
                          <Show when={passkey.storage}>{(storage) => <StorageBadge storage={storage()} />}</Show>
                        </td>
                        <td data-label="Last used">
                          <Time at={passkey.last_used_at ?? passkey.created_at} />
                        </td>
                        <td class="end">
                          <div class="buttons">
                            <Button
                              size="small"
                              kind="danger"
                              label={`Delete ${passkey.name ?? "this passkey"}`}
                              unavailable={roleNeeded(role(), "admin")}
                              onClick={() => setRemoved(passkey)}
                            >
                              Delete
                            </Button>
                          </div>
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            )}
          </LoadedPages>
        </section>
      </div>
      <ConfirmDialog
        open={removed() !== undefined}
        title={`Delete ${removed()?.name ?? "this passkey"}?`}
        consequences="If its user still has it after all, it can’t sign them in any more."
        verb="Delete passkey"
        onConfirm={remove}
        onClose={() => setRemoved(undefined)}
      />
    </>
  );
}
