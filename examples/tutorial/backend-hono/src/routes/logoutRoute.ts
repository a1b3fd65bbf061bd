import type { Handler } from "hono";
import type { CookieSessions } from "../sessions/createCookieSessions.ts";

/** `POST /logout` */
export function logoutRoute(sessions: CookieSessions): Handler {
  return (c) =>
    sessions.logOut(c) ? c.json({ message: "Logout successful" }) : c.json({ message: "No active session" }, 400);
}
