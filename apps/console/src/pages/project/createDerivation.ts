import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { call } from "../../api/call";
import type { Derivation } from "../../api/types";

const PAUSE_MS = 200;

/** What would follow from a URL, a moment after it was typed; undefined while it is empty. */
export function createDerivation(url: Accessor<string>): Accessor<Derivation | undefined> {
  const [derivation, setDerivation] = createSignal<Derivation>();
  let timer: number | undefined;
  let running = new AbortController();
  const stop = () => {
    window.clearTimeout(timer);
    running.abort();
  };
  onCleanup(stop);
  createEffect(
    on(url, (typed, before) => {
      stop();
      const app_url = typed.trim();
      if (app_url === "") {
        setDerivation(undefined);
        return;
      }
      running = new AbortController();
      const { signal } = running;
      timer = window.setTimeout(
        () => {
          // Only an explanation: if it doesn't come, creating says what is wrong.
          call("POST /projects/preview", { body: { app_url }, signal }).then(setDerivation, () => undefined);
          // What is there from the start is explained at once.
        },
        before === undefined ? 0 : PAUSE_MS,
      );
    }),
  );
  return derivation;
}
