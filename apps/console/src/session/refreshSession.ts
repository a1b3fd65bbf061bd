import { call } from "../api/call";
import { setSession } from "./session";

/** Fetches the session anew, after something of the account changed. */
export async function refreshSession(): Promise<void> {
  setSession(await call("GET /session"));
}
