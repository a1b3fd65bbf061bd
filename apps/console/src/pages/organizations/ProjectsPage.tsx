import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { PageHeading } from "../../layout/PageHeading";
import { kindWords } from "../../layout/kindWords";
import { Empty } from "../../parts/Empty";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { atLeast } from "../../session/atLeast";
import { useOrganization } from "./organizationContext";

/** The projects of an organization, each with its environments. */
export function ProjectsPage() {
  const { id, organization, projects } = useOrganization();
  const mayCreate = () => {
    const role = organization.value()?.role;
    return role !== undefined && atLeast(role, "admin");
  };
  const create = () => (
    <Show when={mayCreate()}>
      <A href={`/organizations/${id()}/new-project`} class="button primary">
        <Icon name="plus" />
        Create project
      </A>
    </Show>
  );
  return (
    <>
      <PageHeading title="Projects" actions={create()}>
        One for each app. Each has a development and a production environment that share nothing.
      </PageHeading>
      <Loaded load={projects}>
        {(list) => (
          <Show
            when={list().length > 0}
            fallback={
              <div class="card">
                <Empty title="No project yet" actions={create()}>
                  {mayCreate()
                    ? "A project takes a name and your app’s URL. You then get a tenant ID and an API key for its backend."
                    : "Ask an admin of this organization to create one."}
                </Empty>
              </div>
            }
          >
            <ul class="tiles">
              <For each={list()}>
                {(project) => (
                  <li class="card">
                    <div class="card-head">
                      <h2>{project.name}</h2>
                      <A
                        href={`/projects/${project.id}`}
                        class="icon-button"
                        aria-label={`Settings of ${project.name}`}
                        title="Project settings"
                      >
                        <Icon name="settings" />
                      </A>
                    </div>
                    <ul class="environments">
                      <For each={project.environments}>
                        {(environment) => (
                          <li>
                            <A href={`/environments/${environment.tenant_id}`}>
                              <span class={`dot ${environment.kind}`} />
                              <span class="place">
                                <span class="main">
                                  <span class="sr">{project.name}: </span>
                                  {kindWords(environment.kind)}
                                </span>
                                <span class="quiet small">{environment.app_url ?? "No URL yet"}</span>
                              </span>
                              <Icon name="arrow" />
                            </A>
                          </li>
                        )}
                      </For>
                    </ul>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </Loaded>
    </>
  );
}
