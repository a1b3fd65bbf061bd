interface ProblemParts {
  readonly status?: number;
  readonly details?: string;
  readonly cause?: unknown;
}

/**
 * Something that went wrong. `code` is the server's, or one of the page's own: `network_down`, `cancelled`,
 * `device_unsuitable`, `already_registered`, `origin_refused`, `passkeys_unsupported`, `unexpected`.
 */
export class Problem extends Error {
  readonly code: string;
  /** The answer's status; undefined where nothing was answered. */
  readonly status: number | undefined;
  /** What the server said of it, in English, for developers: who runs projects is one. */
  readonly details: string | undefined;

  constructor(code: string, parts: ProblemParts = {}) {
    super(code, { cause: parts.cause });
    this.name = "Problem";
    this.code = code;
    this.status = parts.status;
    this.details = parts.details;
  }
}
