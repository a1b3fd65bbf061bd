import { useLocation } from "@solidjs/router";
import { For } from "solid-js";
import type { Environment, Project } from "../api/types";
import { Icon } from "../parts/Icon";
import { Menu } from "../parts/Menu";
import { MenuLink } from "../parts/MenuLink";
import { kindWords } from "./kindWords";

interface ProjectCrumbsProps {
  readonly environment: Environment;
  readonly projects: readonly Project[];
}

/** Which project and environment this is, and the way to others. */
export function ProjectCrumbs(props: ProjectCrumbsProps) {
  const location = useLocation();
  const project = () => props.projects.find(({ id }) => id === props.environment.project.id);
  // Switching keeps the page: from development's API keys to production's, unless it is about one thing of it.
  const page = () => /^\/console\/environments\/[^/]+((?:\/[a-z-]+){0,2})$/.exec(location.pathname)?.[1] ?? "";
  return (
    <>
      <li>
        <Menu
          label={`Project ${props.environment.project.name}`}
          triggerClass="crumb"
          trigger={
            <>
              <span>{props.environment.project.name}</span>
              <Icon name="chevron" size={14} />
            </>
          }
        >
          <p class="menu-label">Projects</p>
          <For each={props.projects}>
            {(one) => (
              <MenuLink href={environmentHref(one)} current={one.id === props.environment.project.id}>
                {one.name}
              </MenuLink>
            )}
          </For>
          <hr class="menu-line" />
          <MenuLink href={`/projects/${props.environment.project.id}`}>Project settings</MenuLink>
          <MenuLink href={`/organizations/${props.environment.organization.id}`}>All projects</MenuLink>
          <MenuLink href={`/organizations/${props.environment.organization.id}/new-project`}>New project…</MenuLink>
        </Menu>
      </li>
      <li>
        <Menu
          label={`Environment ${kindWords(props.environment.kind)}`}
          triggerClass="crumb"
          trigger={
            <>
              <span>{kindWords(props.environment.kind)}</span>
              <Icon name="chevron" size={14} />
            </>
          }
        >
          <p class="menu-label">Environments</p>
          <For each={project()?.environments ?? []}>
            {(one) => (
              <MenuLink
                href={`/environments/${one.tenant_id}${page()}`}
                current={one.tenant_id === props.environment.tenant_id}
              >
                {kindWords(one.kind)}
              </MenuLink>
            )}
          </For>
        </Menu>
      </li>
    </>
  );
}

function environmentHref(project: Project): string {
  const environment = project.environments.find(({ kind }) => kind === "development") ?? project.environments[0];
  return environment ? `/environments/${environment.tenant_id}` : `/projects/${project.id}`;
}
