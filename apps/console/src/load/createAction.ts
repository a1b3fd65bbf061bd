import { createSignal, onCleanup, type Accessor } from "solid-js";
import { asProblem } from "../problems/asProblem";
import type { Problem } from "../problems/Problem";

export interface Action {
  readonly busy: Accessor<boolean>;
  readonly problem: Accessor<Problem | undefined>;
  /** Runs unless one is under way. Resolves to whether it went well. */
  readonly run: (action: (signal: AbortSignal) => Promise<void>) => Promise<boolean>;
  readonly clear: () => void;
}

/** One thing at a time that a person does, and how it went. Aborted when the page is left. */
export function createAction(): Action {
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const leaving = new AbortController();
  onCleanup(() => leaving.abort());
  return {
    busy,
    problem,
    clear: () => setProblem(undefined),
    async run(action) {
      if (busy()) return false;
      setBusy(true);
      setProblem(undefined);
      try {
        await action(leaving.signal);
        return true;
      } catch (thrown) {
        if (!leaving.signal.aborted) setProblem(asProblem(thrown));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
