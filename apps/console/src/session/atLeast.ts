import type { Role } from "../api/types";

const RANK: Record<Role, number> = { viewer: 0, developer: 1, admin: 2, owner: 3 };

/** Whether a role includes another. The page only spares people a refusal by it: the server decides. */
export function atLeast(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}
