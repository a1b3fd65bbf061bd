import type { Role } from "../api/types";
import { atLeast } from "./atLeast";

/** Why a button can't be pressed with this role; undefined if it can. */
export function roleNeeded(role: Role | undefined, least: Role): string | undefined {
  if (role !== undefined && atLeast(role, least)) return undefined;
  return `Needs the role ${least === "owner" ? "owner" : `${least} or above`}`;
}
