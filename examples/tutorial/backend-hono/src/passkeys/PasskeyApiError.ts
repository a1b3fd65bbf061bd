/** Passgate understood a request and said no. */
export class PasskeyRefused extends Error {
  readonly status: number;
  /** Passgate's error code. */
  readonly code: string;

  constructor(status: number, code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = "PasskeyRefused";
    this.status = status;
    this.code = code;
  }
}

/** A token came that does not verify: a wrong base URL or RP ID in this app's configuration, or somebody in between. */
export class TokenRefused extends Error {
  readonly code = "token_invalid";

  constructor(cause: unknown) {
    super("the token was not accepted", { cause });
    this.name = "TokenRefused";
  }
}

/** Passgate did not answer, answered with a failure of its own, or does not know this app's tenant or key. */
export class PasskeysUnavailable extends Error {
  readonly code = "passkeys_unavailable";

  constructor(cause: unknown) {
    super("the Passkey API is not available", { cause });
    this.name = "PasskeysUnavailable";
  }
}
