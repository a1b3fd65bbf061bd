//! §8.6.

use passgate_authenticator::{Algorithm as Offered, Attestation, Cbor, rcgen::CertificateParams};
use passgate_webauthn::{
    Aaguid, AttestationError, AttestationFormat, AttestationType, CertificateError, FidoU2fError,
};

use crate::{
    attesting::{attested, refusal, refused, with_hooks, with_object},
    harness::Ceremony,
};

fn statement(change: fn(&mut Cbor)) -> Option<passgate_webauthn::RegistrationError> {
    with_hooks(Attestation::FidoU2f, |hooks| {
        hooks.attestation_object = Some(Box::new(move |object| change(object.get_mut("attStmt"))));
    })
}

#[test]
fn a_u2f_key_s_attestation_verifies_and_no_aaguid_is_believed() {
    let registration = attested(Attestation::FidoU2f).unwrap();
    assert_eq!(registration.attestation_format, AttestationFormat::FidoU2f);
    assert_eq!(registration.attestation_type, AttestationType::Basic);
    assert_eq!(registration.trust_path.len(), 1);
    // The authenticator said another, which the signature doesn't cover.
    assert_eq!(registration.aaguid, Aaguid::ZERO);
}

#[test]
fn a_u2f_statement_has_its_members_and_no_others() {
    let missing = |member| refused(AttestationError::MissingMember { member });
    assert_eq!(statement(|statement| statement.remove("sig")), missing("sig"));
    assert_eq!(statement(|statement| statement.remove("x5c")), missing("x5c"));
    let more = statement(|statement| statement.set("alg", Cbor::Int(-7)));
    assert_eq!(more, refused(AttestationError::UnexpectedMember));
    let none = with_object(Attestation::FidoU2f, |object| object.set("attStmt", Cbor::Map(vec![])));
    assert_eq!(none, missing("sig"));
}

#[test]
fn a_u2f_statement_has_one_certificate() {
    let two = statement(|statement| {
        let Cbor::Array(certificates) = statement.get_mut("x5c") else { unreachable!() };
        certificates.push(certificates[0].clone());
    });
    assert_eq!(two, refused(FidoU2fError::CertificateCount));
    let none = statement(|statement| statement.set("x5c", Cbor::Array(vec![])));
    assert_eq!(none, refused(AttestationError::CertificateCount));
    let malformed = statement(|statement| statement.set("x5c", Cbor::Array(vec![Cbor::Bytes(vec![0])])));
    assert_eq!(malformed, refused(CertificateError::Malformed));
}

#[test]
fn a_u2f_certificate_s_key_is_on_p_256() {
    use passgate_authenticator::rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};
    let other = statement(|statement| {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap().der().to_vec();
        statement.set("x5c", Cbor::Array(vec![Cbor::Bytes(certificate)]));
    });
    assert_eq!(other, refused(FidoU2fError::CertificateKey));
}

#[test]
fn a_u2f_credential_s_key_is_on_p_256() {
    let outcome = Ceremony::register_after(|ceremony| {
        ceremony.authenticator.config.attestation = Attestation::FidoU2f;
        ceremony.authenticator.config.algorithm = Offered::Es384;
    });
    assert_eq!(refusal(outcome), refused(FidoU2fError::CredentialKey));
}

#[test]
fn a_u2f_signature_is_by_the_certificate_s_key_over_what_was_sent() {
    let client_data = with_hooks(Attestation::FidoU2f, |hooks| {
        hooks.signed = Some(Box::new(|signed| *signed.last_mut().unwrap() ^= 1));
    });
    assert_eq!(client_data, refused(AttestationError::SignatureInvalid));
    let signature = with_hooks(Attestation::FidoU2f, |hooks| {
        hooks.signature = Some(Box::new(|signature| *signature.last_mut().unwrap() ^= 1));
    });
    assert_eq!(signature, refused(AttestationError::SignatureInvalid));
    // The credential's key doesn't stand in for the vendor's.
    let by_credential = with_object(Attestation::PackedSelf, |object| {
        let Cbor::Bytes(signature) = object.get_mut("attStmt").get_mut("sig").clone() else { unreachable!() };
        let certificate = passgate_authenticator::sign_attestation_certificate(&CertificateParams::default());
        let mut statement = Cbor::Map(vec![("sig".into(), Cbor::Bytes(signature))]);
        statement.set("x5c", Cbor::Array(vec![Cbor::Bytes(certificate)]));
        object.set("fmt", "fido-u2f".into());
        object.set("attStmt", statement);
    });
    assert_eq!(by_credential, refused(AttestationError::SignatureInvalid));
}
