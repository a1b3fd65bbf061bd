import { Problem } from "../problems/Problem";
import { callBackend } from "./callBackend";
import { Refusal } from "./Refusal";

/** Ends the session. Having none any more (400) is what the person wanted, so it's no failure. */
export async function logOut(): Promise<void> {
  try {
    await callBackend({ method: "POST", path: "/logout" });
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    if (cause.status !== 400) throw new Problem("unexpected", cause);
  }
}
