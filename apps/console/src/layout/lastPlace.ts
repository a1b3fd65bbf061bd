const KEPT = "passgate-place";

/** The environment or organization that was open last in this browser. */
export function lastPlace(): string | undefined {
  try {
    const place = localStorage.getItem(KEPT) ?? "";
    return /^\/(environments|organizations)\/[0-9a-f-]{36}$/.test(place) ? place : undefined;
  } catch {
    return undefined;
  }
}

export function keepPlace(place: string | undefined): void {
  try {
    if (place === undefined) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, place);
  } catch {
    // Storage is off: the start page asks again.
  }
}
