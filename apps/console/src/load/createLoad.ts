import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { asProblem } from "../problems/asProblem";
import type { Problem } from "../problems/Problem";

export interface Load<T> {
  /** The last that arrived for the present source. */
  readonly value: Accessor<T | undefined>;
  readonly problem: Accessor<Problem | undefined>;
  readonly loading: Accessor<boolean>;
  /** Fetches again; what is shown stays until it arrives. */
  readonly reload: () => Promise<void>;
  readonly set: (value: T) => void;
}

/**
 * Something that a page needs from the server, fetched when its source changes. Nothing waits for it, so a page shows
 * its frame at once. A source of undefined fetches nothing.
 */
export function createLoad<S, T>(
  source: Accessor<S | undefined>,
  fetcher: (source: S, signal: AbortSignal) => Promise<T>,
): Load<T> {
  const [value, setValue] = createSignal<T>();
  const [problem, setProblem] = createSignal<Problem>();
  const [loading, setLoading] = createSignal(true);
  let running: AbortController | undefined;

  const fetch = async (from: S) => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    setLoading(true);
    try {
      const arrived = await fetcher(from, mine.signal);
      if (mine.signal.aborted) return;
      setProblem(undefined);
      setValue(() => arrived);
    } catch (thrown) {
      if (mine.signal.aborted) return;
      setProblem(asProblem(thrown));
    }
    setLoading(false);
  };

  createEffect(
    on(source, (now) => {
      setValue(undefined);
      setProblem(undefined);
      if (now !== undefined) void fetch(now);
    }),
  );
  onCleanup(() => running?.abort());

  return {
    value,
    problem,
    loading,
    async reload() {
      const now = source();
      if (now !== undefined) await fetch(now);
    },
    set: (given) => setValue(() => given),
  };
}
