interface Range {
  readonly from: string;
  readonly to: string;
  /** How far the viewer's zone is east of UTC, in minutes. */
  readonly offset: string;
}

/** Today and the days before it, as many as asked for, in the viewer's zone. */
export function lastDays(count: number): Range {
  const to = new Date();
  // A day of the calendar isn't always 24 hours long.
  const from = new Date(to.getFullYear(), to.getMonth(), to.getDate() - (count - 1));
  return { from: from.toISOString(), to: to.toISOString(), offset: String(-to.getTimezoneOffset()) };
}
