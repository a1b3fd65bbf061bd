import { For, Show } from "solid-js";
import { call } from "../api/call";
import { createLoad } from "../load/createLoad";
import { Icon } from "../parts/Icon";
import { Menu } from "../parts/Menu";
import { MenuLink } from "../parts/MenuLink";
import { Badge } from "../parts/Badge";
import { roleName } from "../session/roleName";

/** Which organization this is, and the way to another. */
export function OrganizationCrumb(props: { readonly id: string | undefined; readonly name: string | undefined }) {
  const organizations = createLoad(
    () => props.id,
    (_, signal) => call("GET /organizations", { signal }),
  );
  return (
    <li>
      <Menu
        label={`Organization ${props.name ?? ""}`}
        triggerClass="crumb"
        trigger={
          <>
            <span>{props.name ?? "…"}</span>
            <Icon name="chevron" size={14} />
          </>
        }
      >
        <p class="menu-label">Organizations</p>
        <For each={organizations.value() ?? []}>
          {(organization) => (
            <MenuLink href={`/organizations/${organization.id}`} current={organization.id === props.id}>
              {organization.name} <Badge>{roleName(organization.role)}</Badge>
            </MenuLink>
          )}
        </For>
        <hr class="menu-line" />
        <Show when={props.id}>
          {(id) => (
            <>
              <MenuLink href={`/organizations/${id()}/members`}>Members</MenuLink>
              <MenuLink href={`/organizations/${id()}/activity`}>Activity</MenuLink>
              <MenuLink href={`/organizations/${id()}/settings`}>Organization settings</MenuLink>
            </>
          )}
        </Show>
        <MenuLink href="/organizations/new">New organization…</MenuLink>
      </Menu>
    </li>
  );
}
