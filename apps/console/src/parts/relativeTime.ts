const FORMAT = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const DATE = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "5 minutes ago", "in 3 hours", "yesterday"; a date where that is over a month away. */
export function relativeTime(at: string, now: number): string {
  const away = Date.parse(at) - now;
  const size = Math.abs(away);
  // A server's clock may be a little ahead of the viewer's.
  if (size < MINUTE) return away > 5_000 ? "in under a minute" : "just now";
  if (size < HOUR) return FORMAT.format(Math.trunc(away / MINUTE), "minute");
  if (size < DAY) return FORMAT.format(Math.trunc(away / HOUR), "hour");
  if (size < 31 * DAY) return FORMAT.format(Math.trunc(away / DAY), "day");
  return DATE.format(new Date(at));
}
