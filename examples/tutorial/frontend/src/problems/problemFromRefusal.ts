import type { Refusal } from "../backend/Refusal";
import { Problem, type ProblemCode } from "./Problem";

// The codes that Passgate gives and the backend hands on; a code that is not here has no words of its own.
const CODES: Partial<Record<string, ProblemCode>> = {
  challenge_expired: "attempt_expired",
  challenge_invalid: "attempt_expired",
  challenge_spent: "attempt_expired",
  counter_rollback: "passkey_copied",
  credential_already_registered: "already_registered",
  credential_revoked: "passkey_unknown",
  credential_unknown: "passkey_unknown",
  origin_not_allowed: "origin_refused",
  user_verification_missing: "user_verification_missing",
};

/** Turns the backend's refusal of a passkey request into a problem that can be explained, or else into `otherwise`. */
export function problemFromRefusal(refusal: Refusal, otherwise: "passkey_refused" | "registration_refused"): Problem {
  const named = refusal.code === undefined ? undefined : CODES[refusal.code];
  if (named) return new Problem(named, refusal);
  if (refusal.status >= 500) return new Problem("service_down", refusal);
  if (refusal.status === 422) return new Problem("user_verification_missing", refusal);
  return new Problem(otherwise, refusal);
}
