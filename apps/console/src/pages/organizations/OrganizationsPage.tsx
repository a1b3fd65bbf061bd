import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { call } from "../../api/call";
import { Frame } from "../../layout/Frame";
import { PageHeading } from "../../layout/PageHeading";
import { createLoad } from "../../load/createLoad";
import { Badge } from "../../parts/Badge";
import { Empty } from "../../parts/Empty";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { roleName } from "../../session/roleName";
import { plural } from "../../parts/plural";
import { RequireSession } from "../../session/RequireSession";

/** The operator's organizations. */
export function OrganizationsPage() {
  const organizations = createLoad(
    () => true,
    (_, signal) => call("GET /organizations", { signal }),
  );
  const create = () => (
    <A href="/organizations/new" class="button primary">
      <Icon name="plus" />
      New organization
    </A>
  );
  return (
    <RequireSession>
      <Frame>
        <div class="centred">
          <PageHeading title="Organizations" actions={create()}>
            People who work on the same projects. You see those of which you are a member.
          </PageHeading>
          <Loaded load={organizations}>
            {(list) => (
              <Show
                when={list().length > 0}
                fallback={
                  <div class="card">
                    <Empty title="No organization yet" actions={create()}>
                      Create one for your company or team. Projects live in it, and you can invite others.
                    </Empty>
                  </div>
                }
              >
                <ul class="tiles">
                  <For each={list()}>
                    {(organization) => (
                      <li class="card tile">
                        <h2>
                          <A href={`/organizations/${organization.id}`}>{organization.name}</A>
                        </h2>
                        <p class="quiet small">
                          {plural(organization.projects, "project")} · {plural(organization.members, "member")}
                        </p>
                        <Badge>{roleName(organization.role)}</Badge>
                      </li>
                    )}
                  </For>
                </ul>
              </Show>
            )}
          </Loaded>
        </div>
      </Frame>
    </RequireSession>
  );
}
