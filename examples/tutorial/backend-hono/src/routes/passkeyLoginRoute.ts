import type { Tenant } from "@teamhanko/passkeys-sdk";
import type { Context, Handler } from "hono";
import { readMembers } from "../http/readMembers.ts";
import { callPasskeys } from "../passkeys/callPasskeys.ts";
import { PasskeyRefused, PasskeysUnavailable, TokenRefused } from "../passkeys/PasskeyApiError.ts";
import { readStep } from "../passkeys/readStep.ts";
import { findUserById } from "../users/findUserById.ts";
import type { PasskeyRouteParts } from "./PasskeyRouteParts.ts";

/** `POST /passkeys/login {start, finish, options}`: for anyone, in two steps. */
export function passkeyLoginRoute({ sessions, passkeys, verifyToken }: PasskeyRouteParts): Handler {
  return async (c) => {
    const step = readStep(await readMembers(c), "options");
    try {
      switch (step.kind) {
        case "start":
          return c.json({ loginOptions: await callPasskeys("ours", () => passkeys.login.initialize()) });
        case "finish": {
          const credential = step.credential as Parameters<Tenant["login"]["finalize"]>[0];
          const { token } = await callPasskeys("theirs", () => passkeys.login.finalize(credential));
          const { userId } = await verifyToken(token, "login");
          const user = findUserById(userId);
          if (!user) return c.json({ message: "Invalid user", code: "user_not_found" }, 401);
          sessions.logIn(c, user.id);
          return c.json({ message: "Passkey Login successful" });
        }
        case "neither":
          return c.json({ message: "Invalid request" }, 400);
      }
    } catch (error) {
      return answerFailure(c, error);
    }
  };
}

function answerFailure(c: Context, error: unknown): Response {
  if (error instanceof PasskeyRefused) return c.json({ message: "Invalid user", code: error.code }, 401);
  if (error instanceof TokenRefused) {
    console.error("passkey login failed:", error);
    return c.json({ message: "Invalid user", code: error.code }, 401);
  }
  if (error instanceof PasskeysUnavailable) {
    console.error("passkey login failed:", error);
    return c.json({ message: "An error occurred during the passkey login process.", code: error.code }, 500);
  }
  throw error;
}
