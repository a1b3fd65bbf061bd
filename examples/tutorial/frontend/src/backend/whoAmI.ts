import { Problem } from "../problems/Problem";
import { callBackend } from "./callBackend";
import { Refusal } from "./Refusal";

/** The email of whoever is logged in; rejects with `session_ended` where nobody is. */
export async function whoAmI(): Promise<string> {
  try {
    const { email } = await callBackend({ method: "GET", path: "/me" });
    if (typeof email === "string") return email;
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Problem(cause.status === 401 ? "session_ended" : "unexpected", cause);
  }
  throw new Problem("unexpected");
}
