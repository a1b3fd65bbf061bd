// The codes of docs/guides/webhooks.md.
const WORDS: Partial<Record<string, string>> = {
  connection_failed: "Nobody listens there",
  destination_forbidden: "The address isn’t public, or the URL isn’t https",
  endpoint_failing: "Not attempted: the webhook failed all day",
  interrupted: "The connection ended without an answer",
  name_unresolved: "The name has no address",
  secret_missing: "No secret of the webhook could be opened",
  timed_out: "No answer within 15 seconds",
  tls_failed: "The certificate isn’t valid for that name",
};

/** How a delivery's last attempt ended; undefined where there was none. */
export function failureWords(failure: string | undefined, status: number | undefined): string | undefined {
  if (failure !== undefined && failure !== "status") return WORDS[failure] ?? failure;
  return status === undefined ? undefined : `Answered ${status}`;
}
