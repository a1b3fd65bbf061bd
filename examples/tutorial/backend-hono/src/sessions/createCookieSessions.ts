import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Sessions } from "./createSessions.ts";

const COOKIE = "sessionId";

export interface CookieSessions {
  /** Logs the caller in, under a new session id: one that was there before the login is worth nothing after it. */
  readonly logIn: (c: Context, userId: string) => void;
  /** The user id of the caller. */
  readonly userOf: (c: Context) => string | undefined;
  /** Whether the caller was logged in. */
  readonly logOut: (c: Context) => boolean;
}

interface CookieRules {
  readonly maxAgeSeconds: number;
  readonly secure: boolean;
}

/** Carries session ids in a cookie that scripts can't read and other sites' requests don't send. */
export function createCookieSessions(sessions: Sessions, rules: CookieRules): CookieSessions {
  const attributes = { httpOnly: true, sameSite: "Lax", path: "/", secure: rules.secure } as const;
  return {
    logIn(c, userId) {
      const before = getCookie(c, COOKIE);
      if (before) sessions.close(before);
      setCookie(c, COOKIE, sessions.open(userId), { ...attributes, maxAge: rules.maxAgeSeconds });
    },
    userOf(c) {
      const id = getCookie(c, COOKIE);
      return id ? sessions.userOf(id) : undefined;
    },
    logOut(c) {
      const id = getCookie(c, COOKIE);
      if (!id) return false;
      deleteCookie(c, COOKIE, attributes);
      return sessions.close(id);
    },
  };
}
