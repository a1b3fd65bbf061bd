import type { Role } from "../api/types";

const NAMES: Record<Role, string> = { owner: "Owner", admin: "Admin", developer: "Developer", viewer: "Viewer" };

export function roleName(role: Role): string {
  return NAMES[role];
}
