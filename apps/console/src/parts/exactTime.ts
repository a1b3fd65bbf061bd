const FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

/** A time with date, seconds and zone, as the viewer's browser writes it. */
export function exactTime(at: string): string {
  return FORMAT.format(new Date(at));
}
