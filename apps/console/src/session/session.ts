import { createSignal } from "solid-js";
import { call } from "../api/call";
import { sessionEnd } from "../api/sessionEnd";
import type { Session, State } from "../api/types";
import { asProblem } from "../problems/asProblem";
import type { Problem } from "../problems/Problem";

const [consoleState, setConsoleState] = createSignal<State>();
const [stateProblem, setStateProblem] = createSignal<Problem>();

sessionEnd.addEventListener("ended", () => setSession(null));

/** What the server says of itself and of who is signed in; undefined until it has answered. */
export { consoleState, stateProblem };

export async function loadState(): Promise<void> {
  setStateProblem(undefined);
  try {
    setConsoleState(await call("GET /state"));
  } catch (thrown) {
    setStateProblem(asProblem(thrown));
  }
}

export function currentSession(): Session | null {
  return consoleState()?.session ?? null;
}

/** Whoever signed in is known from now on; null where nobody is. */
export function setSession(session: Session | null): void {
  setConsoleState((state) => state && { ...state, claimed: state.claimed || session !== null, session });
}
