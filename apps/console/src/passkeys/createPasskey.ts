import type { CreationOptions } from "../api/types";
import { Problem } from "../problems/Problem";
import { problemFromCeremony } from "../problems/problemFromCeremony";

/** Asks the person for a new passkey. Rejects with a Problem. */
export async function createPasskey(options: CreationOptions, signal?: AbortSignal): Promise<PublicKeyCredentialJSON> {
  if (!("PublicKeyCredential" in window) || !("parseCreationOptionsFromJSON" in PublicKeyCredential)) {
    throw new Problem("passkeys_unsupported");
  }
  try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
    const credential = await navigator.credentials.create(signal ? { publicKey, signal } : { publicKey });
    return (credential as PublicKeyCredential).toJSON();
  } catch (cause) {
    throw problemFromCeremony(cause);
  }
}
