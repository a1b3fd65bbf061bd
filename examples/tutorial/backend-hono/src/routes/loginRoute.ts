import type { Handler } from "hono";
import { readMembers } from "../http/readMembers.ts";
import type { CookieSessions } from "../sessions/createCookieSessions.ts";
import { checkPassword } from "../users/checkPassword.ts";

/** `POST /login {email, password}` */
export function loginRoute(sessions: CookieSessions): Handler {
  return async (c) => {
    const { email, password } = await readMembers(c);
    const user =
      typeof email === "string" && typeof password === "string" ? await checkPassword(email, password) : undefined;
    if (!user) return c.json({ message: "Invalid username or password" }, 401);
    sessions.logIn(c, user.id);
    return c.json({ message: "Login successful" });
  };
}
