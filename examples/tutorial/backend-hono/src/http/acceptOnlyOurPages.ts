import type { MiddlewareHandler } from "hono";

/**
 * Keeps pages of other sites from acting with a person's cookie. A form of theirs can't send JSON without a
 * preflight that CORS refuses, and a browser names the page's origin with every POST. A caller without an
 * Origin is no browser and carries nobody's cookie.
 */
export function acceptOnlyOurPages(origin: string): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method === "POST") {
      const from = c.req.header("Origin");
      if (from !== undefined && from !== origin) return c.json({ message: "Origin not allowed" }, 403);
      const type = c.req.header("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
      if (type !== "application/json") return c.json({ message: "Send application/json" }, 415);
    }
    return next();
  };
}
