import type { RequestOptions } from "../api/types";
import { Problem } from "../problems/Problem";
import { problemFromCeremony } from "../problems/problemFromCeremony";

interface How {
  /** `conditional` waits among a field's suggestions, without a prompt. */
  readonly mediation?: CredentialMediationRequirement;
  readonly signal?: AbortSignal;
}

/** Asks the person to show a passkey. Rejects with a Problem. */
export async function askForPasskey(options: RequestOptions, how: How = {}): Promise<PublicKeyCredentialJSON> {
  if (!("PublicKeyCredential" in window) || !("parseRequestOptionsFromJSON" in PublicKeyCredential)) {
    throw new Problem("passkeys_unsupported");
  }
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
    const credential = await navigator.credentials.get({ publicKey, ...how });
    return (credential as PublicKeyCredential).toJSON();
  } catch (cause) {
    throw problemFromCeremony(cause);
  }
}
