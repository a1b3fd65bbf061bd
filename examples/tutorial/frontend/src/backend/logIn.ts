import { Problem } from "../problems/Problem";
import { callBackend } from "./callBackend";
import { Refusal } from "./Refusal";

/** Logs in with email and password; the session cookie is set when this resolves. */
export async function logIn(email: string, password: string): Promise<void> {
  try {
    await callBackend({ method: "POST", path: "/login", body: { email, password } });
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Problem(cause.status === 401 ? "wrong_password" : "unexpected", cause);
  }
}
