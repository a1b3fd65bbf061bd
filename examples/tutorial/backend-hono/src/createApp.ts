import { tenant } from "@teamhanko/passkeys-sdk";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { acceptOnlyOurPages } from "./http/acceptOnlyOurPages.ts";
import { answerError } from "./http/answerError.ts";
import { createTokenVerifier } from "./passkeys/createTokenVerifier.ts";
import type { Config } from "./readConfig.ts";
import { loginRoute } from "./routes/loginRoute.ts";
import { logoutRoute } from "./routes/logoutRoute.ts";
import { meRoute } from "./routes/meRoute.ts";
import { passkeyLoginRoute } from "./routes/passkeyLoginRoute.ts";
import { passkeyRegisterRoute } from "./routes/passkeyRegisterRoute.ts";
import { createCookieSessions } from "./sessions/createCookieSessions.ts";
import { createSessions } from "./sessions/createSessions.ts";

// A credential is a few kilobytes at most, even with an attestation's certificates.
const MAX_BODY_BYTES = 64 * 1024;

/** The whole backend: the routes, and what each may use. */
export function createApp(config: Config): Hono {
  const { apiKey, tenantId, baseUrl } = config.passkeys;
  const passkeys = tenant({ apiKey, tenantId, baseUrl });
  const verifyToken = createTokenVerifier(config.passkeys);
  const sessions = createCookieSessions(createSessions({ lifetimeMs: config.sessionSeconds * 1000, now: Date.now }), {
    maxAgeSeconds: config.sessionSeconds,
    secure: config.frontendOrigin.startsWith("https:"),
  });

  const app = new Hono();
  app.use(
    cors({
      origin: config.frontendOrigin,
      credentials: true,
      allowMethods: ["GET", "POST"],
      allowHeaders: ["Content-Type"],
    }),
  );
  app.use(acceptOnlyOurPages(config.frontendOrigin));
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => c.json({ message: "Request too large" }, 413) }));
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });

  app.post("/login", loginRoute(sessions));
  app.post("/logout", logoutRoute(sessions));
  app.get("/me", meRoute(sessions));
  app.post("/passkeys/register", passkeyRegisterRoute({ sessions, passkeys, verifyToken }));
  app.post("/passkeys/login", passkeyLoginRoute({ sessions, passkeys, verifyToken }));
  app.notFound((c) => c.json({ message: "Not found" }, 404));
  app.onError(answerError);
  return app;
}
