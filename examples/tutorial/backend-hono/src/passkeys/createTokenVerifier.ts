import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from "jose";
import type { Config } from "../readConfig.ts";
import { PasskeysUnavailable, TokenRefused } from "./PasskeyApiError.ts";

export type TokenPurpose = "login" | "registration";

/** What Passgate vouches for. */
export interface Vouched {
  readonly userId: string;
  readonly credentialId: string;
}

/** Rejects with TokenRefused or PasskeysUnavailable. */
export type TokenVerifier = (token: string | undefined, purpose: TokenPurpose) => Promise<Vouched>;

// What a tenant may sign with. Named here, so that neither `none` nor an HMAC with the public key ever counts.
const ALGORITHMS = ["ES256", "RS256"];

// A token is verified right after it was made, so this is for clocks that differ, not for waiting.
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Verifies Passgate's tokens against the tenant's published keys: signature, expiry, that it was made by and
 * for this tenant, and for the ceremony at hand. A registration's token is not a login.
 */
export function createTokenVerifier({ baseUrl, tenantId, rpId }: Config["passkeys"]): TokenVerifier {
  const issuer = `${baseUrl}/${tenantId}`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));

  return async (token, purpose) => {
    if (!token) throw new PasskeysUnavailable(new Error("the Passkey API sent no token"));
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        audience: rpId,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        issuer,
        requiredClaims: ["sub", "exp", "purpose", "cred"],
      }));
    } catch (cause) {
      throw keysWereMissing(cause) ? new PasskeysUnavailable(cause) : new TokenRefused(cause);
    }
    const { sub, cred } = payload;
    if (payload.purpose !== purpose || !sub || typeof cred !== "string") {
      throw new TokenRefused(new Error(`not a ${purpose} token`));
    }
    return { userId: sub, credentialId: cred };
  };
}

/** Whether the token was never looked at, because the keys could not be had. */
function keysWereMissing(cause: unknown): boolean {
  if (!(cause instanceof errors.JOSEError)) return true;
  // jose gives its generic code to a JWKS response that isn't 200 or isn't JSON.
  return (
    cause instanceof errors.JWKSTimeout || cause instanceof errors.JWKSInvalid || cause.code === "ERR_JOSE_GENERIC"
  );
}
