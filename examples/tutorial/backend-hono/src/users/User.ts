export interface User {
  readonly id: string;
  readonly email: string;
  /** Argon2id, in the PHC string format. */
  readonly passwordHash: string;
}
