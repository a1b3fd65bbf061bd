import type { Tenant } from "@teamhanko/passkeys-sdk";
import type { Context, Handler } from "hono";
import { readMembers } from "../http/readMembers.ts";
import { callPasskeys } from "../passkeys/callPasskeys.ts";
import { PasskeyRefused, PasskeysUnavailable, TokenRefused } from "../passkeys/PasskeyApiError.ts";
import { readStep } from "../passkeys/readStep.ts";
import { findUserById } from "../users/findUserById.ts";
import type { PasskeyRouteParts } from "./PasskeyRouteParts.ts";

/** `POST /passkeys/register {start, finish, credential}`: for a logged-in user, in two steps. */
export function passkeyRegisterRoute({ sessions, passkeys, verifyToken }: PasskeyRouteParts): Handler {
  return async (c) => {
    const userId = sessions.userOf(c);
    if (userId === undefined) return c.json({ message: "Unauthorized: log in first" }, 401);

    const step = readStep(await readMembers(c), "credential");
    try {
      switch (step.kind) {
        case "start": {
          const user = findUserById(userId);
          if (!user) return c.json({ message: "User not found" }, 404);
          const createOptions = await callPasskeys("ours", () =>
            passkeys.registration.initialize({ userId: user.id, username: user.email }),
          );
          return c.json({ createOptions });
        }
        case "finish": {
          const credential = step.credential as Parameters<Tenant["registration"]["finalize"]>[0];
          const { token } = await callPasskeys("theirs", () => passkeys.registration.finalize(credential));
          const registered = await verifyToken(token, "registration");
          if (registered.userId !== userId) {
            // Another user's options were answered in this session, and nobody has shown that the new passkey
            // may open that user's account. So it goes.
            await callPasskeys<unknown>("ours", () => passkeys.credential(registered.credentialId).remove());
            const message = "This passkey was meant for another account, and is not registered. Please try again.";
            return c.json({ message, code: "user_mismatch" }, 403);
          }
          return c.json({ message: "Registration successful" });
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
  if (error instanceof PasskeyRefused) {
    return c.json({ message: explain(error), code: error.code }, fittingStatus(error.status));
  }
  if (error instanceof PasskeysUnavailable || error instanceof TokenRefused) {
    console.error("passkey registration failed:", error);
    return c.json({ message: "An error occurred during the passkey registration process.", code: error.code }, 500);
  }
  throw error;
}

/** Passgate's status where the page knows what to make of it. */
function fittingStatus(status: number): 400 | 401 | 404 | 422 {
  return status === 401 || status === 404 || status === 422 ? status : 400;
}

function explain({ code }: PasskeyRefused): string {
  switch (code) {
    case "user_verification_missing":
      return "Your device did not check that it is you. Set up a PIN or a screen lock and try again.";
    case "challenge_expired":
    case "challenge_invalid":
    case "challenge_spent":
      return "This registration is no longer valid. Please try again.";
    case "credential_already_registered":
      return "This passkey is already registered.";
    default:
      return "The passkey could not be registered.";
  }
}
