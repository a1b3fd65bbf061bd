import { A, useSearchParams } from "@solidjs/router";
import { createEffect, createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import { call } from "../../../api/call";
import { endpointUrl } from "../../../api/endpointUrl";
import type { AuditLog } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { createLoad } from "../../../load/createLoad";
import { createPages } from "../../../load/createPages";
import { Badge } from "../../../parts/Badge";
import { Button } from "../../../parts/Button";
import { CheckField } from "../../../parts/CheckField";
import { Empty } from "../../../parts/Empty";
import { eventWords } from "../../../parts/eventWords";
import { Icon } from "../../../parts/Icon";
import { LoadedPages } from "../../../parts/LoadedPages";
import { Time } from "../../../parts/Time";
import { useEnvironment } from "../environmentContext";
import { AuditFilters } from "./AuditFilters";
import { followAuditLog } from "./followAuditLog";
import { filtersOf, type AuditFilterValues } from "./filtersOf";
import { AuditRowDialog } from "./AuditRowDialog";

/** What happened in this environment: as it happens, filtered, and to take along. */
export function AuditLogPage() {
  const { tenantId } = useEnvironment();
  const [search, setSearch] = useSearchParams();
  const filters = createMemo(() => filtersOf(search));
  const types = createLoad(
    () => true,
    (_, signal) => call("GET /audit-types", { signal }),
  );
  const rows = createPages(
    () => ({ tenant_id: tenantId(), filters: filters() }),
    async ({ tenant_id, filters: asked }, before, signal) => {
      const query = { ...asked, limit: "50", ...(before === undefined ? {} : { before }) };
      const page = await call("GET /environments/{tenant_id}/audit-log", { path: { tenant_id }, query, signal });
      return { items: page.rows, next: page.next };
    },
  );
  const [live, setLive] = createSignal(true);
  const [state, setState] = createSignal<"connecting" | "live" | "broken">("connecting");
  const [arrived, setArrived] = createSignal<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = createSignal<AuditLog>();

  createEffect(() => {
    const url = endpointUrl("GET /environments/{tenant_id}/audit-log/live", { tenant_id: tenantId() }, filters());
    if (!live()) return;
    setState("connecting");
    const stop = followAuditLog(url, {
      onState: setState,
      onRow: (row) => {
        if (rows.items()?.some(({ id }) => id === row.id)) return;
        setArrived((before) => new Set(before).add(row.id));
        rows.prepend(row);
      },
    });
    onCleanup(stop);
  });

  const apply = (changed: Partial<AuditFilterValues>) => {
    setSearch({ ...changed, type: changed.type === undefined ? search.type : [...changed.type] }, { replace: true });
  };
  const exportUrl = () =>
    endpointUrl("GET /environments/{tenant_id}/audit-log/export", { tenant_id: tenantId() }, filters());
  const filtered = () => Object.values(filters()).some((value) => value !== undefined && value.length > 0);

  return (
    <>
      <PageHeading
        title="Audit log"
        actions={
          <a class="button plain" href={exportUrl()} download="" title="All rows that the filters let through">
            <Icon name="download" />
            Export
          </a>
        }
      >
        Every ceremony and every change, newest first. Rows can’t be changed.
      </PageHeading>
      <section class="card" aria-label="Audit log">
        <AuditFilters filters={filters()} types={types.value() ?? []} onChange={apply} />
        <div class="card-tools live">
          <CheckField label="Follow live" checked={live()} onChange={setLive} />
          <span class="quiet small" role="status">
            <Show when={live()} fallback="Paused">
              {state() === "live"
                ? "Shows what happens as it happens"
                : state() === "broken"
                  ? "Reconnecting…"
                  : "Connecting…"}
            </Show>
          </span>
          <Show when={filtered()}>
            <A href={`/environments/${tenantId()}/audit-log`} class="button quiet small">
              Clear filters
            </A>
          </Show>
        </div>
        <LoadedPages
          pages={rows}
          empty={
            <Show
              when={filtered()}
              fallback={<Empty title="Nothing has happened yet">The first registration shows up here at once.</Empty>}
            >
              <Empty title="Nothing matches">No row of this environment passes the filters.</Empty>
            </Show>
          }
        >
          {(items) => (
            <table class="table stacking audit">
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col">What</th>
                  <th scope="col">User</th>
                  <th scope="col">From</th>
                  <th scope="col">
                    <span class="sr">Details</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={items()}>
                  {(row) => (
                    <tr data-new={arrived().has(row.id)}>
                      <td data-label="Time" class="nowrap">
                        <Time at={row.created_at} />
                      </td>
                      <td data-label="What">
                        <span class="main">{eventWords(row.type)}</span>{" "}
                        <Show when={row.error}>
                          <Badge tone="wrong">{row.error}</Badge>
                        </Show>
                      </td>
                      <td data-label="User">
                        <Show when={row.actor_user_id} fallback={<span class="quiet">Unknown</span>}>
                          {(actor) => (
                            <button
                              type="button"
                              class="link-button mono"
                              title="Only this user"
                              onClick={() => apply({ actor: actor() })}
                            >
                              {actor()}
                            </button>
                          )}
                        </Show>
                      </td>
                      <td data-label="From">
                        <code>{row.meta_source_ip}</code>
                      </td>
                      <td class="end">
                        <Button
                          size="small"
                          kind="quiet"
                          label={`Details of ${eventWords(row.type)}`}
                          onClick={() => setOpened(row)}
                        >
                          Details
                        </Button>
                      </td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          )}
        </LoadedPages>
      </section>
      <AuditRowDialog row={opened()} onClose={() => setOpened(undefined)} />
    </>
  );
}
