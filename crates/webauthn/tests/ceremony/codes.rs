//! Codes are stable, and inner errors keep theirs.

use passgate_webauthn::{
    AssertionError, AttestationError, AttestationFormat, AttestationObjectError, AuthenticatorDataError,
    CborError, CertificateError, ClientDataError, CoseKeyError, RegistrationError, ResponseError, TpmError,
    TrustError, UnsupportedAlgorithm,
};

#[test]
fn the_codes_that_others_rely_on_are_as_documented() {
    for (code, expected) in [
        (ClientDataError::Type { expected: "" }.code(), "client_data_type"),
        (ClientDataError::ChallengeMismatch.code(), "challenge_mismatch"),
        (ClientDataError::OriginNotAllowed.code(), "origin_not_allowed"),
        (ClientDataError::CrossOrigin.code(), "cross_origin"),
        (RegistrationError::RpIdMismatch.code(), "rp_id_mismatch"),
        (AssertionError::RpIdMismatch.code(), "rp_id_mismatch"),
        (RegistrationError::UserPresenceMissing.code(), "user_presence_missing"),
        (RegistrationError::UserVerificationMissing.code(), "user_verification_missing"),
        (AssertionError::UserVerificationMissing.code(), "user_verification_missing"),
        (AssertionError::BackupEligibilityChanged.code(), "backup_eligibility_changed"),
        (AssertionError::SignatureInvalid.code(), "signature_invalid"),
        (
            RegistrationError::AttestationFormatUnsupported { format: AttestationFormat::Tpm }.code(),
            "attestation_format_unsupported",
        ),
    ] {
        assert_eq!(code, expected);
    }
}

#[test]
fn inner_errors_keep_their_code_and_step() {
    let data = AuthenticatorDataError::BackupStateWithoutEligibility;
    assert_eq!(AssertionError::from(data).code(), "backup_state_without_eligibility");
    assert_eq!(AttestationObjectError::from(data).step(), "§7.1 step 17, §7.2 step 18");
    let key = CoseKeyError::Algorithm(UnsupportedAlgorithm::Rs1);
    assert_eq!(RegistrationError::from(key).code(), "algorithm_rs1_refused");
    let certificate = AttestationError::from(CertificateError::Version);
    assert_eq!(RegistrationError::from(certificate).code(), "attestation_certificate_version");
    assert_eq!(AttestationObjectError::from(CborError::TooDeep).step(), "§7.1 step 13");
    let broken = RegistrationError::from(AttestationError::from(UnsupportedAlgorithm::Rs1));
    assert_eq!(broken.code(), "algorithm_rs1_refused");
    let tpm = RegistrationError::from(AttestationError::from(TpmError::Magic));
    assert_eq!((tpm.code(), tpm.step()), ("attestation_tpm_magic", "§7.1 step 22: §8.3, magic"));
    let untrusted = RegistrationError::from(TrustError::UnknownIssuer);
    assert_eq!((untrusted.code(), untrusted.step()), ("attestation_path_unknown_issuer", "§7.1 step 24"));
}

#[test]
fn messages_say_what_is_wrong_in_words_of_our_own() {
    assert_eq!(
        ResponseError::MissingMember { member: "response.signature" }.to_string(),
        "the response lacks response.signature"
    );
    assert_eq!(
        RegistrationError::PublicKey(CoseKeyError::MissingParameter { label: -3 }).to_string(),
        "the public key lacks parameter -3"
    );
}
