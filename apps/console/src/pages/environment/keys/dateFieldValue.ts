const MINUTE_MS = 60_000;

/** A time as a field of the type `datetime-local` wants it: in the viewer's zone, to the minute. */
export function dateFieldValue(at: string): string {
  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}
