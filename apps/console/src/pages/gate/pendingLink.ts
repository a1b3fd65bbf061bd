let pending: string | undefined;

/** The token of the link that was opened: kept in memory alone while the person signs in or up. */
export function pendingLink(): string | undefined {
  return pending;
}

/** Takes the token out of the address bar, where it would end up in the history. */
export function takeLink(): string | undefined {
  const token = window.location.hash.slice(1);
  if (token !== "") {
    pending = token;
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }
  return pending;
}

export function forgetLink(): void {
  pending = undefined;
}
