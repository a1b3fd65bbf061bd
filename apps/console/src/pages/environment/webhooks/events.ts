import type { WebhookEvent } from "../../../api/types";

/** What a webhook can tell of, in words. */
export const EVENTS: readonly (readonly [event: WebhookEvent, words: string])[] = [
  ["credential.created", "A passkey was registered"],
  ["credential.used_first_time", "A passkey was used for the first time"],
  ["credential.renamed", "A passkey was renamed"],
  ["credential.deleted", "A passkey was deleted"],
  ["sign_in.failed", "A sign-in failed"],
  ["credential.clone_suspected", "A passkey may have been copied"],
  ["transaction.completed", "A transaction was confirmed"],
];
