import { A, useSearchParams } from "@solidjs/router";
import { createEffect, createSignal, For, on, onCleanup, Show } from "solid-js";
import { call } from "../../../api/call";
import { PageHeading } from "../../../layout/PageHeading";
import { createPages } from "../../../load/createPages";
import { Empty } from "../../../parts/Empty";
import { Id } from "../../../parts/Id";
import { LoadedPages } from "../../../parts/LoadedPages";
import { SearchField } from "../../../parts/SearchField";
import { Time } from "../../../parts/Time";
import { useEnvironment } from "../environmentContext";

const PAUSE_MS = 250;

/** The users that have begun a registration, found by id or name. */
export function UsersPage() {
  const { tenantId } = useEnvironment();
  const [search, setSearch] = useSearchParams();
  const asked = () => (typeof search.q === "string" ? search.q : "");
  const [typed, setTyped] = createSignal(asked());
  let timer: number | undefined;
  onCleanup(() => window.clearTimeout(timer));
  createEffect(
    on(
      typed,
      (q) => {
        window.clearTimeout(timer);
        timer = window.setTimeout(() => setSearch({ q: q || undefined }, { replace: true }), PAUSE_MS);
      },
      { defer: true },
    ),
  );
  const users = createPages(
    () => ({ tenant_id: tenantId(), q: asked() }),
    async ({ tenant_id, q }, after, signal) => {
      const query = { q, limit: "50", ...(after === undefined ? {} : { after }) };
      const { users: items, next } = await call("GET /environments/{tenant_id}/users", {
        path: { tenant_id },
        query,
        signal,
      });
      return { items, next };
    },
  );
  return (
    <>
      <PageHeading title="Users">
        Who has a passkey, or has begun to register one. Your app names them by its own ids.
      </PageHeading>
      <section class="card" aria-label="Users">
        <div class="card-tools">
          <SearchField
            label="Search users"
            placeholder="User ID or name begins with…"
            value={typed()}
            onInput={setTyped}
          />
        </div>
        <LoadedPages
          pages={users}
          empty={
            <Show
              when={asked() === ""}
              fallback={<Empty title="Nobody found">No user’s ID or name begins with “{asked()}”.</Empty>}
            >
              <Empty
                title="No users yet"
                actions={
                  <A href={`/environments/${tenantId()}`} class="button plain">
                    To the integration guide
                  </A>
                }
              >
                They appear when your backend begins the first registration for them.
              </Empty>
            </Show>
          }
        >
          {(items) => (
            <table class="table stacking">
              <thead>
                <tr>
                  <th scope="col">User</th>
                  <th scope="col">User ID</th>
                  <th scope="col">Passkeys</th>
                  <th scope="col">Last used</th>
                  <th scope="col">Created</th>
                </tr>
              </thead>
              <tbody>
                <For each={items()}>
                  {(user) => (
                    <tr class="linked">
                      <td>
                        <A class="main" href={`/environments/${tenantId()}/users/${user.id}`}>
                          {user.name}
                        </A>
                        <Show when={user.display_name}>
                          <div class="under">{user.display_name}</div>
                        </Show>
                      </td>
                      <td data-label="User ID">
                        <Id value={user.user_id} what="user ID" short />
                      </td>
                      <td data-label="Passkeys">{user.passkeys}</td>
                      <td data-label="Last used">
                        <Show when={user.last_used_at} fallback={<span class="quiet">Never</span>}>
                          {(at) => <Time at={at()} />}
                        </Show>
                      </td>
                      <td data-label="Created">
                        <Time at={user.created_at} />
                      </td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          )}
        </LoadedPages>
      </section>
    </>
  );
}
