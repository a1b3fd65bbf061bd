import { Problem } from "./Problem";

// What `navigator.credentials.create()` and `.get()` reject with (WebAuthn Level 3, §5.1.3 and §5.1.4).
const CODES: Partial<Record<string, string>> = {
  AbortError: "cancelled",
  // The authenticator can't do what the options require: user verification or a discoverable credential.
  ConstraintError: "device_unsuitable",
  // An authenticator holds one of `excludeCredentials`.
  InvalidStateError: "already_registered",
  // Cancelled or timed out: browsers don't tell which, so that pages can't probe for passkeys.
  NotAllowedError: "cancelled",
  NotSupportedError: "device_unsuitable",
  SecurityError: "origin_refused",
};

/** Turns what the browser's prompt rejected with into a problem. */
export function problemFromCeremony(cause: unknown): Problem {
  const name = cause instanceof DOMException ? cause.name : "";
  return new Problem(CODES[name] ?? "unexpected", { cause });
}
