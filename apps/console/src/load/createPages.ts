import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { asProblem } from "../problems/asProblem";
import type { Problem } from "../problems/Problem";

// How many pages without an item are passed over by themselves.
const MOST_EMPTY = 4;

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

export interface Pages<T> {
  /** All that arrived; undefined before the first page did. */
  readonly items: Accessor<readonly T[] | undefined>;
  readonly problem: Accessor<Problem | undefined>;
  readonly loading: Accessor<boolean>;
  readonly hasMore: Accessor<boolean>;
  readonly more: () => Promise<void>;
  /** Begins again at the first page. */
  readonly reload: () => Promise<void>;
  /** Puts an item first that came by another way. */
  readonly prepend: (item: T) => void;
}

/** A list that is fetched page by page, begun anew when its source changes. */
export function createPages<S, T>(
  source: Accessor<S>,
  fetcher: (source: S, after: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
): Pages<T> {
  const [items, setItems] = createSignal<readonly T[]>();
  const [next, setNext] = createSignal<string>();
  const [problem, setProblem] = createSignal<Problem>();
  const [loading, setLoading] = createSignal(true);
  let running: AbortController | undefined;
  const key = createMemo(() => JSON.stringify(source()));

  const fetch = async (after: string | undefined) => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    setLoading(true);
    try {
      let page = await fetcher(source(), after, mine.signal);
      // A search looks at so many rows and answers what it found, which may be nothing though there are more.
      for (let further = 0; further < MOST_EMPTY && page.items.length === 0 && page.next !== undefined; further += 1) {
        page = await fetcher(source(), page.next, mine.signal);
      }
      if (mine.signal.aborted) return;
      setProblem(undefined);
      setItems((before) => (after === undefined ? page.items : [...(before ?? []), ...page.items]));
      setNext(page.next);
    } catch (thrown) {
      if (mine.signal.aborted) return;
      setProblem(asProblem(thrown));
    }
    setLoading(false);
  };

  // What is shown stays until the answer arrives, so that a search doesn't flicker.
  createEffect(on(key, () => void fetch(undefined)));
  onCleanup(() => running?.abort());

  return {
    items,
    problem,
    loading,
    hasMore: () => next() !== undefined,
    more: () => fetch(next()),
    reload: () => fetch(undefined),
    prepend: (item) => setItems((before) => [item, ...(before ?? [])]),
  };
}
