import { createContext, useContext } from "solid-js";
import type { Organization, Project } from "../../api/types";
import type { Load } from "../../load/createLoad";

export interface OrganizationPlace {
  readonly id: () => string;
  readonly organization: Load<Organization>;
  readonly projects: Load<Project[]>;
}

export const OrganizationContext = createContext<OrganizationPlace>();

/** The organization that the page is about. */
export function useOrganization(): OrganizationPlace {
  const place = useContext(OrganizationContext);
  if (!place) throw new Error("a page of an organization is outside OrganizationLayout");
  return place;
}
