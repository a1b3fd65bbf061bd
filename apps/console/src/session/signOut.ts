import { call } from "../api/call";
import { Problem } from "../problems/Problem";
import { setSession } from "./session";

/** Ends the session. Having none any more is what the person wanted, so it's no failure. */
export async function signOut(): Promise<void> {
  try {
    await call("DELETE /session");
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== "session_missing") throw thrown;
  }
  setSession(null);
}
