/** Where a Passgate keeps its data. */
export interface Database {
  /** What Passgate needs to know of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Changes what is in it behind Passgate's back: for what only time would change. */
  readonly run: (statement: string) => Promise<void>;
}
