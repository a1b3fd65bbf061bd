import { A } from "@solidjs/router";
import { createMemo, For, Show } from "solid-js";
import { call } from "../../api/call";
import { kindWords } from "../../layout/kindWords";
import { PageHeading } from "../../layout/PageHeading";
import { createPages } from "../../load/createPages";
import { Empty } from "../../parts/Empty";
import { LoadedPages } from "../../parts/LoadedPages";
import { Time } from "../../parts/Time";
import { roleNeeded } from "../../session/roleNeeded";
import { activityWords } from "./activityWords";
import { useOrganization } from "./organizationContext";

/** Who changed what, in the organization and in its environments. */
export function ActivityPage() {
  const { organization } = useOrganization();
  const missing = () => organization.value() && roleNeeded(organization.value()?.role, "admin");
  return (
    <>
      <PageHeading title="Activity">
        What members changed here and in the environments, and recoveries of their accounts. What users do with passkeys
        is in each environment’s audit log.
      </PageHeading>
      <section class="card" aria-label="Activity">
        <Show when={organization.value()}>
          <Show
            when={missing() === undefined}
            fallback={<Empty title="For admins and owners">Ask one of them if you need to know who did what.</Empty>}
          >
            <Rows />
          </Show>
        </Show>
      </section>
    </>
  );
}

function Rows() {
  const { id, projects } = useOrganization();
  const rows = createPages(id, async (organization_id, before, signal) => {
    const query = { limit: "50", ...(before === undefined ? {} : { before }) };
    const { rows: items, next } = await call("GET /organizations/{organization_id}/activity", {
      path: { organization_id },
      query,
      signal,
    });
    return { items, next };
  });
  const environments = createMemo(
    () =>
      new Map(
        (projects.value() ?? []).flatMap(({ name, environments }) =>
          environments.map(({ tenant_id, kind }) => [tenant_id, `${name} · ${kindWords(kind)}`] as const),
        ),
      ),
  );
  return (
    <LoadedPages
      pages={rows}
      empty={<Empty title="Nothing yet">Creating a project or inviting somebody shows up here.</Empty>}
    >
      {(items) => (
        <table class="table stacking">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Who</th>
              <th scope="col">Environment</th>
              <th scope="col">From</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            <For each={items()}>
              {(row) => (
                <tr>
                  <td>
                    <span class="main">{activityWords(row.type)}</span>
                    <Show when={row.subject}>
                      <span class="under break">{row.subject}</span>
                    </Show>
                  </td>
                  <td data-label="Who">
                    <Show
                      when={row.operator}
                      fallback={<span class="quiet">A program, or an account that is gone</span>}
                    >
                      {(operator) => (
                        <>
                          {operator().name}
                          <span class="under break">{operator().email}</span>
                        </>
                      )}
                    </Show>
                  </td>
                  <td data-label="Environment" classList={{ blank: row.tenant_id === undefined }}>
                    <Show when={row.tenant_id} fallback={<span class="quiet">–</span>}>
                      {(tenantId) => (
                        <Show
                          when={environments().get(tenantId())}
                          fallback={
                            <span class="quiet" title={tenantId()}>
                              {projects.value() ? "Deleted since" : ""}
                            </span>
                          }
                        >
                          {(name) => <A href={`/environments/${tenantId()}`}>{name()}</A>}
                        </Show>
                      )}
                    </Show>
                  </td>
                  <td data-label="From">
                    <span class="mono">{row.source_ip}</span>
                    <span class="under">{row.device}</span>
                  </td>
                  <td data-label="When" class="nowrap">
                    <Time at={row.at} />
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      )}
    </LoadedPages>
  );
}
