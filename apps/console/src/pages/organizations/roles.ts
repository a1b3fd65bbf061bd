import type { Role } from "../../api/types";

/** The roles, their names and what each may do. */
export const ROLES: readonly (readonly [role: Role, name: string, words: string])[] = [
  ["owner", "Owner", "Everything, with making and removing owners and deleting the organization."],
  ["admin", "Admin", "Members, activity, projects, all settings, signing keys, webhooks; deleting users and passkeys."],
  ["developer", "Developer", "API keys, renaming passkeys, redelivering webhooks, and seeing everything."],
  ["viewer", "Viewer", "Seeing everything but secrets and the activity; changing nothing."],
];
