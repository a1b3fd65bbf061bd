import { sentence } from "../parts/sentence";
import type { Problem } from "./Problem";

// What happened, and what to do about it.
const WORDS: Partial<Record<string, string>> = {
  already_member: "You are a member of this organization already.",
  already_registered: "This device has a passkey for your account already. Use it, or add one on another device.",
  api_key_not_found: "This key is gone already. Reload the page to see those that are left.",
  app_url_refused: "Passkeys can’t be bound to this URL.",
  cancelled: "The passkey prompt was closed before it finished. Nothing has changed; try again when you are ready.",
  challenge_expired: "That took too long. Try again.",
  challenge_spent: "This attempt was used already. Try again.",
  console_claimed: "This console has been claimed already. Sign in, or ask an owner for an invitation.",
  credential_already_registered: "This passkey is registered already.",
  credential_revoked: "This passkey was removed from its account. Use another, or a recovery code.",
  credential_unknown: "This passkey isn’t known here. Use another, or a recovery code.",
  device_unsuitable:
    "This device can’t keep a passkey yet. Set up a PIN, a fingerprint or a screen lock, or use another device.",
  email_taken: "Somebody signed up with this email already. Sign in instead, or use another.",
  environment_not_found: "There is no such environment, or you are no member of its organization.",
  last_owner: "An organization can’t be without an owner. Make somebody else an owner first.",
  last_passkey: "This is your last passkey. Add another or make recovery codes first, so that you can still sign in.",
  link_invalid: "This link has expired, was used already, or was copied incompletely. Ask for a new one.",
  name_taken: "This name is in use already. Choose another.",
  network_down: "Passgate can’t be reached. Check your connection, and whether the server runs; then try again.",
  operator_mismatch: "That passkey belongs to another account. Use one of yours.",
  operator_unknown: "This passkey’s account no longer exists.",
  organization_not_found: "There is no such organization, or you are no member of it.",
  origin_refused: "Passkeys don’t work at this address. Open the console at the address in its settings (console_url).",
  passkeys_unsupported: "This browser has no passkeys. Use a newer one.",
  project_not_found: "There is no such project, or you are no member of its organization.",
  rate_limited: "Too many attempts in a short time. Wait a minute, then try again.",
  recovery_code_invalid: "Email and code don’t match, or the code was used already.",
  role_insufficient:
    "Your role doesn’t allow this. An admin or owner of the organization can do it, or change your role.",
  session_missing: "Your session has ended. Sign in again.",
  sign_up_closed: "Signing up needs an invitation. Ask an admin of your organization for a link.",
  signing_key_in_use: "This key signs now. Rotate first; it can be deleted once its successor signs.",
  too_many_webhooks: "An environment has at most twenty webhooks. Delete one first.",
  try_impossible: "Passkeys of this environment can’t be used on this page.",
  unavailable: "The database doesn’t answer right now. Try again in a moment.",
  unexpected: "Something went wrong on this page. Reload it and try again.",
  user_not_found: "There is no such user in this environment; perhaps it was deleted.",
  user_verification_missing:
    "Your device didn’t check that it’s you. Set up a PIN, a fingerprint or a screen lock on it.",
  webhook_address_forbidden:
    "Webhooks go to public addresses only. The server’s settings can allow networks of your own (webhook_networks).",
  webhook_not_found: "This webhook is gone; perhaps somebody deleted it.",
  webhook_url_credentials: "A webhook’s URL has no user name or password in it. Messages are signed instead.",
  webhook_url_fragment: "Leave out what follows #: it is never sent.",
  webhook_url_invalid: "This is no URL. It begins with https:// and a host’s name.",
  webhook_url_scheme: "A webhook’s URL begins with https://.",
};

/** What the person reads: in our words where there are some, else in the server's. */
export function explainProblem(problem: Problem): string {
  const words = WORDS[problem.code];
  if (problem.code === "app_url_refused" && problem.details) return sentence(problem.details);
  if (words) return words;
  if (problem.details) return sentence(problem.details);
  return `The server answered with the error ${problem.code}. Try again; if it stays, look into Passgate's log.`;
}
