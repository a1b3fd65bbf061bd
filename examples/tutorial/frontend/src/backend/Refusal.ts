/** A response of the backend outside 2xx. */
export class Refusal extends Error {
  readonly status: number;
  /** Passgate's error code, where the backend had one to hand on. */
  readonly code: string | undefined;

  constructor(status: number, message: string, code: string | undefined) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
  }
}
