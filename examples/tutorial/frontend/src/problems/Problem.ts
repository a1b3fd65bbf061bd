/** Everything that can go wrong from the person's point of view; each has its own words. */
export type ProblemCode =
  | "already_registered"
  | "attempt_expired"
  | "cancelled"
  | "device_unsuitable"
  | "network_down"
  | "origin_refused"
  | "passkey_copied"
  | "passkey_refused"
  | "passkey_unknown"
  | "passkeys_unsupported"
  | "registration_refused"
  | "service_down"
  | "session_ended"
  | "unexpected"
  | "user_verification_missing"
  | "wrong_password";

/** An error with a code that the pages decide on; the cause is kept for the developer. */
export class Problem extends Error {
  readonly code: ProblemCode;

  constructor(code: ProblemCode, cause?: unknown) {
    super(code, { cause });
    this.name = "Problem";
    this.code = code;
  }
}
