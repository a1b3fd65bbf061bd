import { useParams, type RouteSectionProps } from "@solidjs/router";
import { createEffect, createMemo, Show } from "solid-js";
import { call } from "../../api/call";
import { Frame } from "../../layout/Frame";
import { keepPlace } from "../../layout/lastPlace";
import type { NavLink } from "../../layout/NavLink";
import { OrganizationCrumb } from "../../layout/OrganizationCrumb";
import { PageHeading } from "../../layout/PageHeading";
import { ProjectCrumbs } from "../../layout/ProjectCrumbs";
import { createLoad } from "../../load/createLoad";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { RequireSession } from "../../session/RequireSession";
import { EnvironmentBar } from "./EnvironmentBar";
import { EnvironmentContext } from "./environmentContext";

/** What surrounds the pages of one environment. */
export function EnvironmentLayout(props: RouteSectionProps) {
  return (
    <RequireSession>
      <Inside {...props} />
    </RequireSession>
  );
}

function Inside(props: RouteSectionProps) {
  const params = useParams();
  const tenantId = createMemo(() => params.tenant ?? "");
  const environment = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}", { path: { tenant_id }, signal }),
  );
  const organizationId = createMemo(() => environment.value()?.organization.id);
  const projects = createLoad(organizationId, (organization_id, signal) =>
    call("GET /organizations/{organization_id}/projects", { path: { organization_id }, signal }),
  );
  const role = () => environment.value()?.role;
  createEffect(() => {
    if (environment.value()) keepPlace(`/environments/${tenantId()}`);
    if (environment.problem()) keepPlace(undefined);
  });
  return (
    <EnvironmentContext.Provider value={{ tenantId, environment, projects, role }}>
      <Frame
        crumbs={
          <Show when={environment.value()}>
            {(value) => (
              <>
                <OrganizationCrumb id={value().organization.id} name={value().organization.name} />
                <ProjectCrumbs environment={value()} projects={projects.value() ?? []} />
              </>
            )}
          </Show>
        }
        bar={<EnvironmentBar environment={environment.value()} />}
        navLabel="Environment"
        nav={linksOf(`/environments/${tenantId()}`)}
      >
        <Show when={environment.problem() && !environment.value()} fallback={props.children}>
          <PageHeading title="Not available" />
          <ProblemNotice problem={environment.problem()} />
        </Show>
      </Frame>
    </EnvironmentContext.Provider>
  );
}

function linksOf(base: string): readonly NavLink[] {
  return [
    { href: base, text: "Overview", icon: "home", exact: true },
    { href: `${base}/users`, text: "Users", icon: "people" },
    { href: `${base}/audit-log`, text: "Audit log", icon: "list" },
    { href: `${base}/insights`, text: "Insights", icon: "chart" },
    { href: `${base}/stale-passkeys`, text: "Stale passkeys", icon: "passkey" },
    { href: `${base}/api-keys`, text: "API keys", icon: "key", group: "Settings" },
    { href: `${base}/domain`, text: "Domain", icon: "globe" },
    { href: `${base}/policy`, text: "Policy", icon: "shield" },
    { href: `${base}/signing-keys`, text: "Signing keys", icon: "code" },
    { href: `${base}/webhooks`, text: "Webhooks", icon: "webhook" },
    { href: `${base}/promote`, text: "Promote", icon: "arrow" },
  ];
}
