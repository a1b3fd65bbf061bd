//! §8.8.

use passgate_authenticator::{Attestation, Cbor};
use passgate_webauthn::{AppleError, AttestationError, AttestationFormat, AttestationType, CertificateError};

use crate::attesting::{attested, refused, with_certificate, with_content, with_hooks, with_object};

#[test]
fn apple_s_attestation_verifies_with_and_without_a_stray_algorithm() {
    let registration = attested(Attestation::Apple).unwrap();
    assert_eq!(registration.attestation_format, AttestationFormat::Apple);
    assert_eq!(registration.attestation_type, AttestationType::AnonymizationCa);
    assert_eq!(registration.trust_path.len(), 1);
    let stray = with_object(Attestation::Apple, |object| object.get_mut("attStmt").set("alg", Cbor::Int(-7)));
    assert_eq!(stray, None);
}

#[test]
fn apple_s_statement_has_certificates_and_no_other_members() {
    let missing = with_object(Attestation::Apple, |object| object.get_mut("attStmt").remove("x5c"));
    assert_eq!(missing, refused(AttestationError::MissingMember { member: "x5c" }));
    let more = with_object(Attestation::Apple, |object| {
        object.get_mut("attStmt").set("sig", Cbor::Bytes(vec![1]));
    });
    assert_eq!(more, refused(AttestationError::UnexpectedMember));
    let malformed = with_object(Attestation::Apple, |object| {
        object.get_mut("attStmt").set("x5c", Cbor::Array(vec![Cbor::Bytes(vec![])]));
    });
    assert_eq!(malformed, refused(CertificateError::Malformed));
}

#[test]
fn apple_s_nonce_is_of_this_registration() {
    let other = with_hooks(Attestation::Apple, |hooks| {
        hooks.signed = Some(Box::new(|signed| signed[0] ^= 1));
    });
    assert_eq!(other, refused(AppleError::NonceMismatch));
}

#[test]
fn apple_s_nonce_is_there_in_apple_s_form() {
    let missing = refused(AppleError::NonceMissing);
    let change = |change| with_certificate(Attestation::Apple, change);
    assert_eq!(change(|params| params.custom_extensions.clear()), missing);
    assert_eq!(
        change(|params| {
            let extension = &mut params.custom_extensions[0];
            *extension = with_content(extension, extension.content()[2..].to_vec());
        }),
        missing
    );
    assert_eq!(
        change(|params| {
            let extension = &mut params.custom_extensions[0];
            *extension = with_content(extension, [extension.content(), &[0]].concat());
        }),
        missing
    );
}

#[test]
fn apple_s_certificate_is_for_the_credential_s_key() {
    use passgate_authenticator::rcgen::{CertificateParams, CustomExtension};
    // A certificate for the batch key, with the nonce of the registration.
    let other = with_object(Attestation::Apple, |object| {
        let x5c = object.get_mut("attStmt").get_mut("x5c");
        let Cbor::Array(certificates) = &*x5c else { unreachable!() };
        let [Cbor::Bytes(certificate)] = certificates.as_slice() else { unreachable!() };
        let start = certificate.windows(4).position(|bytes| bytes == [0x30, 0x24, 0xa1, 0x22]).unwrap();
        let nonce = certificate[start..start + 38].to_vec();
        let mut params = CertificateParams::default();
        let oid = [1, 2, 840, 113_635, 100, 8, 2];
        params.custom_extensions.push(CustomExtension::from_oid_content(&oid, nonce));
        let certificate = passgate_authenticator::sign_attestation_certificate(&params);
        *x5c = Cbor::Array(vec![Cbor::Bytes(certificate)]);
    });
    assert_eq!(other, refused(AppleError::PublicKeyMismatch));
}
