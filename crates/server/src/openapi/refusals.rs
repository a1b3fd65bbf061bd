//! Why a ceremony is refused at its end: the codes of `docs/guides/errors.md`, by what they are about.

/// The challenge.
const CHALLENGE: &[&str] = &["challenge_invalid", "challenge_expired", "challenge_spent"];

/// The response is not of the form that it should have. Both ceremonies refuse these with 400.
const RESPONSE: &[&str] = &[
    "response_too_large",
    "response_json",
    "response_member_missing",
    "response_member_empty",
    "response_base64",
    "credential_type",
    "credential_id_mismatch",
    "credential_id_too_long",
    "credential_id_invalid",
    "user_handle_too_long",
    "client_data_utf8",
    "client_data_json",
    "client_data_member_missing",
];

/// What the person and the page did, but for the one that a registration has a status of its own for.
const PERSON_AND_PAGE: &[&str] = &[
    "user_presence_missing",
    "origin_not_allowed",
    "rp_id_mismatch",
    "cross_origin",
    "top_origin_not_allowed",
    "client_data_type",
    "challenge_mismatch",
];

/// The authenticator data, at either ceremony.
const AUTHENTICATOR_DATA: &[&str] = &[
    "authenticator_data_truncated",
    "authenticator_data_trailing_bytes",
    "backup_state_without_eligibility",
    "extensions_cbor",
    "extension_type",
    "extension_base64",
    "extension_size",
];

/// The authenticator data of a registration.
const NEW_CREDENTIAL: &[&str] = &[
    "attested_credential_data_missing",
    "credential_id_empty",
    "credential_id_too_long",
    "public_key_cbor",
    "credential_already_registered",
];

/// The public key, and its algorithm.
const PUBLIC_KEY: &[&str] = &[
    "algorithm_not_allowed",
    "algorithm_es256k_unsupported",
    "algorithm_ed448_unsupported",
    "algorithm_fully_specified_ecdsa_unsupported",
    "algorithm_fully_specified_ed25519_unsupported",
    "algorithm_rs1_refused",
    "algorithm_unknown",
    "public_key_parameter_missing",
    "public_key_parameter_unexpected",
    "public_key_mismatch",
    "public_key_coordinate",
    "public_key_not_on_curve",
    "public_key_weak_point",
    "public_key_ml_dsa_length",
    "public_key_rsa_size",
    "public_key_rsa_number",
];

/// The attestation.
const ATTESTATION: &[&str] = &[
    "attestation_format_unknown",
    "attestation_format_unsupported",
    "attestation_object_member_missing",
    "attestation_statement_malformed",
    "attestation_statement_member_missing",
    "attestation_statement_member_unexpected",
    "attestation_ecdaa_unsupported",
    "attestation_algorithm_mismatch",
    "attestation_signature_invalid",
    "attestation_certificate_count",
    "attestation_certificate_malformed",
    "attestation_certificate_key",
    "attestation_certificate_version",
    "attestation_certificate_subject",
    "attestation_certificate_subject_not_empty",
    "attestation_certificate_subject_alternative_name",
    "attestation_certificate_extended_key_usage",
    "attestation_certificate_basic_constraints",
    "attestation_certificate_aaguid_extension",
    "attestation_certificate_aaguid_mismatch",
    "attestation_tpm_version",
    "attestation_tpm_public_area_malformed",
    "attestation_tpm_public_key_mismatch",
    "attestation_tpm_hash_algorithm",
    "attestation_tpm_certificate_info_malformed",
    "attestation_tpm_magic",
    "attestation_tpm_type",
    "attestation_tpm_extra_data_mismatch",
    "attestation_tpm_name_algorithm",
    "attestation_tpm_name_mismatch",
    "attestation_android_public_key_mismatch",
    "attestation_android_key_description_missing",
    "attestation_android_key_description_malformed",
    "attestation_android_challenge_mismatch",
    "attestation_android_all_applications",
    "attestation_android_origin",
    "attestation_android_purpose",
    "attestation_apple_nonce_missing",
    "attestation_apple_nonce_mismatch",
    "attestation_apple_public_key_mismatch",
    "attestation_u2f_certificate_count",
    "attestation_u2f_certificate_key",
    "attestation_u2f_credential_key",
    "attestation_compound_count",
    "attestation_compound_nested",
];

/// Whether the attestation is one that the tenant trusts, and the model one that may register.
const TRUST: &[&str] = &[
    "attestation_not_certified",
    "attestation_path_malformed",
    "attestation_path_root_included",
    "attestation_path_order",
    "attestation_path_unknown_issuer",
    "attestation_path_expired",
    "attestation_path_not_yet_valid",
    "attestation_path_signature",
    "attestation_path_signature_algorithm",
    "attestation_path_critical_extension",
    "attestation_path_constraint",
    "attestation_path_revoked",
    "attestation_path_revocation_list",
    "attestation_model_unknown",
    "attestation_model_attestation_type",
    "attestation_model_revoked",
    "attestation_model_attestation_key_compromise",
    "attestation_model_user_verification_bypass",
    "attestation_model_user_key_remote_compromise",
    "attestation_model_user_key_physical_compromise",
    "attestation_model_status_refused",
    "aaguid_not_allowed",
    "aaguid_denied",
    "metadata_missing",
    "metadata_blob_overdue",
];

/// CBOR that is not in its canonical form.
const CBOR: &[&str] = &[
    "cbor_truncated",
    "cbor_trailing_bytes",
    "cbor_malformed",
    "cbor_indefinite_length",
    "cbor_not_minimal",
    "cbor_duplicate_key",
    "cbor_key_order",
    "cbor_key_type",
    "cbor_too_many_entries",
    "cbor_too_deep",
    "cbor_unsupported_type",
    "cbor_unexpected_type",
];

/// The credential that a login names, and its user.
const STORED_CREDENTIAL: &[&str] = &[
    "credential_unknown",
    "credential_revoked",
    "credential_mfa_only",
    "credential_not_allowed",
    "user_mismatch",
    "user_handle_missing",
    "counter_rollback",
    "backup_eligibility_changed",
    "signature_invalid",
    "stored_public_key",
    "attested_credential_data_present",
];

/// 400 at the end of a registration.
pub(crate) const REGISTRATION_REFUSED: &[&[&str]] = &[
    CHALLENGE,
    RESPONSE,
    PERSON_AND_PAGE,
    AUTHENTICATOR_DATA,
    NEW_CREDENTIAL,
    PUBLIC_KEY,
    ATTESTATION,
    TRUST,
    CBOR,
    &["user_not_found"],
];

/// 400 at the end of a login.
pub(crate) const LOGIN_MALFORMED: &[&[&str]] = &[RESPONSE];

/// 401 at the end of a login.
pub(crate) const LOGIN_REFUSED: &[&[&str]] = &[
    CHALLENGE,
    STORED_CREDENTIAL,
    &["user_verification_missing"],
    PERSON_AND_PAGE,
    AUTHENTICATOR_DATA,
    &["credential_id_empty", "credential_id_too_long", "public_key_cbor"],
];
