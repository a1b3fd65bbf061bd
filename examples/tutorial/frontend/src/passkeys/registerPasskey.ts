import { create, supported, type CredentialCreationOptionsJSON } from "@github/webauthn-json";
import { callBackend } from "../backend/callBackend";
import { Refusal } from "../backend/Refusal";
import { Problem } from "../problems/Problem";
import { problemFromCeremony } from "../problems/problemFromCeremony";
import { problemFromRefusal } from "../problems/problemFromRefusal";

const PATH = "/passkeys/register";

/** Registers a passkey for whoever is logged in: start at the backend, ask the person, finish at the backend. */
export async function registerPasskey(signal: AbortSignal): Promise<void> {
  if (!supported()) throw new Problem("passkeys_unsupported");
  try {
    const started = await post({ start: true, finish: false, credential: null });
    const credential = await ask(started.createOptions, signal);
    await post({ start: false, finish: true, credential });
  } catch (cause) {
    throw cause instanceof Refusal ? explain(cause) : cause;
  }
}

// Without the signal: a registration that reached the server is finished even if the person leaves the page.
function post(body: unknown) {
  return callBackend({ method: "POST", path: PATH, body });
}

async function ask(options: unknown, signal: AbortSignal) {
  if (typeof options !== "object" || options === null || !("publicKey" in options)) throw new Problem("unexpected");
  try {
    // Made by Passgate for the browser; the page only carries them, and the browser checks every member.
    return await create({ ...(options as CredentialCreationOptionsJSON), signal });
  } catch (cause) {
    throw problemFromCeremony(cause);
  }
}

function explain(refusal: Refusal): Problem {
  // The backend's own 401 (no session) and 404 (the user is gone) carry no code of Passgate's.
  const isOurs = refusal.code === undefined;
  if (isOurs && (refusal.status === 401 || refusal.status === 404)) return new Problem("session_ended", refusal);
  return problemFromRefusal(refusal, "registration_refused");
}
