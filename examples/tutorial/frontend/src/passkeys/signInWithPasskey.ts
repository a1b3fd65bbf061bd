import { get, supported, type CredentialRequestOptionsJSON } from "@github/webauthn-json";
import { callBackend } from "../backend/callBackend";
import { Refusal } from "../backend/Refusal";
import { Problem } from "../problems/Problem";
import { problemFromCeremony } from "../problems/problemFromCeremony";
import { problemFromRefusal } from "../problems/problemFromRefusal";

const PATH = "/passkeys/login";

/** Signs in with a passkey of the person's choice; the session cookie is set when this resolves. */
export async function signInWithPasskey(signal: AbortSignal): Promise<void> {
  if (!supported()) throw new Problem("passkeys_unsupported");
  try {
    const started = await post({ start: true, finish: false, credential: null }, signal);
    const options = await ask(started.loginOptions, signal);
    await post({ start: false, finish: true, options }, signal);
  } catch (cause) {
    throw cause instanceof Refusal ? problemFromRefusal(cause, "passkey_refused") : cause;
  }
}

function post(body: unknown, signal: AbortSignal) {
  return callBackend({ method: "POST", path: PATH, body, signal });
}

async function ask(options: unknown, signal: AbortSignal) {
  if (typeof options !== "object" || options === null || !("publicKey" in options)) throw new Problem("unexpected");
  try {
    // Made by Passgate for the browser; the page only carries them, and the browser checks every member.
    return await get({ ...(options as CredentialRequestOptionsJSON), signal });
  } catch (cause) {
    throw problemFromCeremony(cause);
  }
}
