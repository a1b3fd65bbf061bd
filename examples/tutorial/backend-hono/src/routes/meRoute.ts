import type { Handler } from "hono";
import type { CookieSessions } from "../sessions/createCookieSessions.ts";
import { findUserById } from "../users/findUserById.ts";

/** `GET /me`: whose session this is. */
export function meRoute(sessions: CookieSessions): Handler {
  return (c) => {
    const userId = sessions.userOf(c);
    const user = userId === undefined ? undefined : findUserById(userId);
    return user ? c.json({ email: user.email }) : c.json({ message: "Unauthorized: log in first" }, 401);
  };
}
