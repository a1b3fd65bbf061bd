import type { ProblemCode } from "./Problem";

const WORDS: Record<ProblemCode, string> = {
  already_registered:
    "This device already has a passkey for your account. You can sign in with it; there is no need for another one.",
  attempt_expired: "This attempt is no longer valid; it may have taken too long. Please try again.",
  cancelled: "The passkey prompt was closed before it finished. Nothing has changed; try again when you are ready.",
  device_unsuitable:
    "This device can't keep a passkey for you yet. Set up a PIN, a fingerprint or a screen lock, or use another device.",
  network_down: "The app can't be reached. Check your connection and try again.",
  origin_refused: "Passkeys don't work at this address. Open the app at its usual address and try again.",
  passkey_copied:
    "This passkey was refused because it may have been copied. Log in with your password and register a new one.",
  passkey_refused: "This passkey could not be verified. Try again, or log in with your password.",
  passkey_unknown:
    "This passkey is no longer registered here. Log in with your password, and delete the old passkey on your device.",
  passkeys_unsupported: "This browser doesn't support passkeys. Log in with your password, or use a newer browser.",
  registration_refused: "This passkey could not be registered. Try again, or use another device.",
  service_down: "The passkey service isn't answering. Your password still works; try the passkey again in a moment.",
  session_ended: "You are not logged in, or your session has ended. Please log in.",
  unexpected: "Something went wrong on our side. Please try again.",
  user_verification_missing:
    "Your device didn't check that it's you. Set up a PIN, a fingerprint or a screen lock on it, then try again.",
  wrong_password: "Invalid username or password.",
};

/** What the person reads. */
export function explainProblem(code: ProblemCode): string {
  return WORDS[code];
}
