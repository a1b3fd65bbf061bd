//! §8.9.

use passgate_authenticator::{Attestation, Cbor};
use passgate_webauthn::{AttestationError, AttestationFormat, AttestationType, CborError, RegistrationError};

use crate::attesting::{attested, refused, with_hooks, with_object};

fn both() -> Attestation {
    Attestation::Compound(vec![Attestation::PackedSelf, Attestation::AndroidKey])
}

fn parts(change: fn(&mut Vec<Cbor>)) -> Option<RegistrationError> {
    with_hooks(both(), |hooks| {
        hooks.attestation_object = Some(Box::new(move |object| {
            let Cbor::Array(parts) = object.get_mut("attStmt") else { unreachable!() };
            change(parts);
        }));
    })
}

#[test]
fn a_compound_statement_verifies_and_proves_what_its_certificates_do() {
    let registration = attested(both()).unwrap();
    assert_eq!(registration.attestation_format, AttestationFormat::Compound);
    assert_eq!(registration.attestation_type, AttestationType::Basic);
    assert_eq!(registration.trust_path.len(), 1);
    let uncertified = Attestation::Compound(vec![Attestation::PackedSelf, Attestation::None]);
    assert_eq!(attested(uncertified).unwrap().attestation_type, AttestationType::SelfAttestation);
    let deep = Attestation::Compound(vec![Attestation::Tpm, Attestation::Apple, Attestation::FidoU2f]);
    assert_eq!(attested(deep).unwrap().attestation_type, AttestationType::AttestationCa);
}

#[test]
fn every_part_must_verify() {
    let bad = parts(|parts| parts[1].get_mut("attStmt").set("alg", Cbor::Int(-8)));
    assert_eq!(bad, refused(AttestationError::SignatureInvalid));
    let unknown = parts(|parts| parts[0].set("fmt", "unknown".into()));
    assert_eq!(unknown, Some(RegistrationError::AttestationFormatUnknown));
    let format = AttestationFormat::AndroidSafetyNet;
    let unsupported = parts(|parts| parts[0].set("fmt", "android-safetynet".into()));
    assert_eq!(unsupported, Some(RegistrationError::AttestationFormatUnsupported { format }));
}

#[test]
fn a_compound_statement_has_two_to_eight_parts() {
    let refusal = refused(AttestationError::CompoundCount);
    assert_eq!(parts(|parts| parts.truncate(1)), refusal);
    assert_eq!(parts(Vec::clear), refusal);
    assert_eq!(parts(|parts| parts.resize(9, parts[0].clone())), refusal);
    assert_eq!(parts(|parts| parts.resize(8, parts[0].clone())), None);
    let map = with_object(both(), |object| object.set("attStmt", Cbor::Map(vec![])));
    assert_eq!(map, refused(CborError::UnexpectedType { expected: "an array" }));
}

#[test]
fn a_part_is_a_format_and_a_statement_and_not_compound() {
    let missing = |member| refused(AttestationError::MissingMember { member });
    assert_eq!(parts(|parts| parts[0].remove("fmt")), missing("fmt"));
    assert_eq!(parts(|parts| parts[0].remove("attStmt")), missing("attStmt"));
    let more = parts(|parts| parts[0].set("authData", Cbor::Bytes(vec![])));
    assert_eq!(more, refused(AttestationError::UnexpectedMember));
    let nested = parts(|parts| {
        parts[0].set("fmt", "compound".into());
        parts[0].set("attStmt", Cbor::Array(vec![]));
    });
    assert_eq!(nested, refused(AttestationError::CompoundNested));
}
