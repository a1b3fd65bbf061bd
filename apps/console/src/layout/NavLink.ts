import type { IconName } from "../parts/Icon";

/** A line of the side's navigation. */
export interface NavLink {
  readonly href: string;
  readonly text: string;
  readonly icon: IconName;
  /** Whether it is the current one only at exactly this path. */
  readonly exact?: boolean;
  /** Begins a group of this name. */
  readonly group?: string;
}
