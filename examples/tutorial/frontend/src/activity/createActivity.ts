import { createSignal, onCleanup, type Accessor } from "solid-js";
import { Problem, type ProblemCode } from "../problems/Problem";

export type ActivityState =
  | { readonly kind: "idle" }
  | { readonly kind: "busy" }
  | { readonly kind: "done"; readonly message: string }
  | { readonly kind: "failed"; readonly code: ProblemCode };

export interface Activity {
  readonly state: Accessor<ActivityState>;
  readonly busy: Accessor<boolean>;
  /**
   * Runs an action unless one is under way. What it resolves to, if anything, is said to the person; what it
   * rejects with is explained to them. Resolves to the code of the failure, if it was one.
   */
  readonly run: (action: (signal: AbortSignal) => Promise<string | void>) => Promise<ProblemCode | undefined>;
}

/** One thing at a time that a page does, and how it went. Aborted when the page is left. */
export function createActivity(): Activity {
  const [state, setState] = createSignal<ActivityState>({ kind: "idle" });
  const leaving = new AbortController();
  onCleanup(() => leaving.abort());
  const busy = () => state().kind === "busy";

  return {
    state,
    busy,
    async run(action) {
      if (busy()) return undefined;
      setState({ kind: "busy" });
      try {
        const message = await action(leaving.signal);
        setState(message ? { kind: "done", message } : { kind: "idle" });
        return undefined;
      } catch (cause) {
        const code = cause instanceof Problem ? cause.code : "unexpected";
        // A browser's own error event is lost here, so a fault of ours must still reach the developer.
        if (code === "unexpected") console.error(cause);
        setState({ kind: "failed", code });
        return code;
      }
    },
  };
}
