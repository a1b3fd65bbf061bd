import { PasskeyRefused, PasskeysUnavailable } from "./PasskeyApiError.ts";

// The SDK has no time-out of its own, and Node's lasts five minutes.
const DEADLINE_MS = 10_000;

// Refusals that speak of this app's configuration, not of what the person's device sent.
const OUR_FAULT = new Set(["api_key_missing", "api_key_invalid", "tenant_id_invalid", "tenant_not_found"]);

/** What a call sends: something of this app's making, or what a person's device answered. */
export type Cargo = "ours" | "theirs";

/**
 * Runs a call of the SDK. Rejects with PasskeyRefused or PasskeysUnavailable and nothing else,
 * and with the former only where it's the person's device that was refused.
 *
 * The SDK throws one error class for every response outside 2xx and does not export it; what it keeps of
 * the response is the parsed body, in `originalError`. Passgate's body repeats its status and has a code,
 * so nothing is lost. Two things the SDK does not turn into its own error: a failed connection (fetch's
 * TypeError comes through as it is) and an error with an empty body (resolves to undefined).
 */
export async function callPasskeys<T>(carries: Cargo, call: () => Promise<T>): Promise<NonNullable<T>> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  let result: T;
  try {
    result = await Promise.race([call(), deadline]);
  } catch (cause) {
    throw classify(carries, cause);
  } finally {
    clearTimeout(timer);
  }
  if (result === undefined || result === null) throw new PasskeysUnavailable(new Error("empty answer"));
  return result;
}

function classify(carries: Cargo, cause: unknown): PasskeyRefused | PasskeysUnavailable {
  const body = bodyOf(cause);
  const refused = body !== undefined && body.status >= 400 && body.status <= 499 && !OUR_FAULT.has(body.code);
  if (!refused || carries === "ours") {
    return new PasskeysUnavailable(cause);
  }
  return new PasskeyRefused(body.status, body.code, body.title, cause);
}

function bodyOf(cause: unknown) {
  if (!(cause instanceof Error) || !("originalError" in cause)) return undefined;
  const body = cause.originalError;
  if (typeof body !== "object" || body === null) return undefined;
  const { status, code, title } = body as Readonly<Record<string, unknown>>;
  if (typeof status !== "number") return undefined;
  return { status, code: typeof code === "string" ? code : "refused", title: typeof title === "string" ? title : "" };
}
