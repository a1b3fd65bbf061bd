const NOTICES: Partial<Record<string, string>> = {
  logged_out: "You are logged out.",
  session_ended: "Please log in to see your dashboard.",
};

/** The sentence that a page was sent on with, by its code in the history state. */
export function routeNotice(state: unknown): string | undefined {
  if (typeof state !== "object" || state === null || !("notice" in state)) return undefined;
  return typeof state.notice === "string" ? NOTICES[state.notice] : undefined;
}
