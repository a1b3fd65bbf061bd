const WORDS: Partial<Record<string, string>> = {
  console_claimed: "Claimed the console",
  console_operator_changed: "Changed name or email",
  console_signed_up: "Signed up",
  console_recovery_code_used: "Used a recovery code",
  console_recovery_link_used: "Used a recovery link",
  console_recovery_codes_made: "Made recovery codes",
  webauthn_registration_init_succeeded: "Registration begun",
  webauthn_registration_init_failed: "Registration refused at its beginning",
  webauthn_registration_final_succeeded: "Passkey registered",
  webauthn_registration_final_failed: "Registration failed",
  webauthn_authentication_init_succeeded: "Sign-in begun",
  webauthn_authentication_init_failed: "Sign-in refused at its beginning",
  webauthn_authentication_final_succeeded: "Signed in",
  webauthn_authentication_final_failed: "Sign-in failed",
  webauthn_transaction_init_succeeded: "Transaction begun",
  webauthn_transaction_init_failed: "Transaction refused at its beginning",
  webauthn_transaction_final_succeeded: "Transaction confirmed",
  webauthn_transaction_final_failed: "Transaction failed",
  mfa_registration_init_succeeded: "Second factor: registration begun",
  mfa_registration_init_failed: "Second factor: registration refused",
  mfa_registration_final_succeeded: "Second factor registered",
  mfa_registration_final_failed: "Second factor: registration failed",
  mfa_authentication_init_succeeded: "Second factor asked for",
  mfa_authentication_init_failed: "Second factor refused at its beginning",
  mfa_authentication_final_succeeded: "Second factor shown",
  mfa_authentication_final_failed: "Second factor failed",
  webauthn_credential_updated: "Passkey renamed",
  webauthn_credential_deleted: "Passkey deleted",
};

/** An event of the audit log in words; one that is newer than this page, by its name. */
export function eventWords(type: string): string {
  return WORDS[type] ?? type.replaceAll("_", " ");
}
