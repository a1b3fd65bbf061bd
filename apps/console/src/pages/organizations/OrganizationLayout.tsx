import { useParams, type RouteSectionProps } from "@solidjs/router";
import { createEffect, Show } from "solid-js";
import { call } from "../../api/call";
import { Frame } from "../../layout/Frame";
import { keepPlace } from "../../layout/lastPlace";
import { OrganizationCrumb } from "../../layout/OrganizationCrumb";
import { PageHeading } from "../../layout/PageHeading";
import { createLoad } from "../../load/createLoad";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { RequireSession } from "../../session/RequireSession";
import { OrganizationContext } from "./organizationContext";

/** What surrounds the pages of one organization. */
export function OrganizationLayout(props: RouteSectionProps) {
  return (
    <RequireSession>
      <Inside {...props} />
    </RequireSession>
  );
}

function Inside(props: RouteSectionProps) {
  const params = useParams();
  const id = () => params.organization ?? "";
  const organization = createLoad(id, (organization_id, signal) =>
    call("GET /organizations/{organization_id}", { path: { organization_id }, signal }),
  );
  const projects = createLoad(id, (organization_id, signal) =>
    call("GET /organizations/{organization_id}/projects", { path: { organization_id }, signal }),
  );
  createEffect(() => {
    if (organization.value()) keepPlace(`/organizations/${id()}`);
    if (organization.problem()) keepPlace(undefined);
  });
  return (
    <OrganizationContext.Provider value={{ id, organization, projects }}>
      <Frame
        crumbs={<OrganizationCrumb id={id()} name={organization.value()?.name} />}
        navLabel="Organization"
        nav={[
          { href: `/organizations/${id()}`, text: "Projects", icon: "home", exact: true },
          { href: `/organizations/${id()}/members`, text: "Members", icon: "people" },
          { href: `/organizations/${id()}/activity`, text: "Activity", icon: "list" },
          { href: `/organizations/${id()}/settings`, text: "Settings", icon: "settings" },
        ]}
      >
        <Show when={organization.problem() && !organization.value()} fallback={props.children}>
          <PageHeading title="Not available" />
          <ProblemNotice problem={organization.problem()} />
        </Show>
      </Frame>
    </OrganizationContext.Provider>
  );
}
