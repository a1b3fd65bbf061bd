import { createContext, useContext, type Accessor } from "solid-js";
import type { Environment, Project, Role } from "../../api/types";
import type { Load } from "../../load/createLoad";

export interface EnvironmentPlace {
  readonly tenantId: Accessor<string>;
  readonly environment: Load<Environment>;
  readonly projects: Load<Project[]>;
  readonly role: Accessor<Role | undefined>;
}

export const EnvironmentContext = createContext<EnvironmentPlace>();

/** The environment that the page is about. */
export function useEnvironment(): EnvironmentPlace {
  const place = useContext(EnvironmentContext);
  if (!place) throw new Error("a page of an environment is outside EnvironmentLayout");
  return place;
}
