import type { Tenant } from "@teamhanko/passkeys-sdk";
import type { TokenVerifier } from "../passkeys/createTokenVerifier.ts";
import type { CookieSessions } from "../sessions/createCookieSessions.ts";

/** What the two passkey routes work with. */
export interface PasskeyRouteParts {
  readonly sessions: CookieSessions;
  readonly passkeys: Tenant;
  readonly verifyToken: TokenVerifier;
}
