//! §7.1 step 13, and §6.1 and §6.5.1 as far as an attestation object has them.

use passgate_authenticator::{AuthenticatorData, Cbor, Flags};
use passgate_webauthn::{AttestationObjectError, AuthenticatorDataError, CborError};

use crate::harness::{Ceremony, Failure};

fn with_object(change: fn(&mut Cbor)) -> Option<Failure> {
    Ceremony::register_after(|ceremony| {
        ceremony.authenticator.hooks.attestation_object = Some(Box::new(change));
    })
    .err()
}

fn with_data(change: fn(&mut AuthenticatorData)) -> Option<Failure> {
    Ceremony::register_after(|ceremony| {
        ceremony.authenticator.hooks.authenticator_data = Some(Box::new(change));
    })
    .err()
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with an outcome that may have no failure")]
fn refused(error: impl Into<AttestationObjectError>) -> Option<Failure> {
    Some(Failure::AttestationObject(error.into()))
}

#[test]
fn members_may_come_in_any_order_and_with_others() {
    assert_eq!(with_object(|object| object.entries().reverse()), None);
    assert_eq!(with_object(|object| object.set("more", Cbor::Bool(true))), None);
}

#[test]
fn each_member_must_be_there() {
    let refused = |member| refused(AttestationObjectError::MissingMember { member });
    assert_eq!(with_object(|object| object.remove("fmt")), refused("fmt"));
    assert_eq!(with_object(|object| object.remove("attStmt")), refused("attStmt"));
    assert_eq!(with_object(|object| object.remove("authData")), refused("authData"));
}

#[test]
fn each_member_must_have_its_type() {
    assert_eq!(
        with_object(|object| object.set("fmt", Cbor::Int(1))),
        refused(CborError::UnexpectedType { expected: "a text" })
    );
    assert_eq!(
        with_object(|object| object.set("authData", "text".into())),
        refused(CborError::UnexpectedType { expected: "a byte string" })
    );
    assert_eq!(
        with_object(|object| *object = Cbor::Array(vec![])),
        refused(CborError::UnexpectedType { expected: "a map" })
    );
}

#[test]
fn it_must_be_strict_cbor() {
    let duplicate = |object: &mut Cbor| {
        let first = object.entries()[0].clone();
        object.entries().push(first);
    };
    assert_eq!(with_object(duplicate), refused(CborError::DuplicateKey));
    assert_eq!(
        with_object(|object| *object = Cbor::Raw([object.encode(), vec![0]].concat())),
        refused(CborError::TrailingBytes)
    );
    assert_eq!(
        with_object(|object| *object = Cbor::Raw(object.encode()[..40].to_vec())),
        refused(CborError::Truncated)
    );
    assert_eq!(
        with_object(|object| object.set("attStmt", Cbor::Raw(vec![0xbf, 0xff]))),
        refused(CborError::IndefiniteLength)
    );
    let deep = |object: &mut Cbor| object.set("attStmt", Cbor::Raw(vec![0x81, 0x81, 0x81, 0x81, 0x80]));
    assert_eq!(with_object(deep), refused(CborError::TooDeep));
}

#[test]
fn it_must_name_a_credential() {
    assert_eq!(
        with_data(|data| {
            data.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, false);
            data.attested_credential_data.clear();
        }),
        refused(AttestationObjectError::AttestedCredentialDataMissing)
    );
    assert_eq!(
        with_data(|data| data.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, false)),
        refused(AuthenticatorDataError::TrailingBytes)
    );
    assert_eq!(
        with_data(|data| data.attested_credential_data.clear()),
        refused(AuthenticatorDataError::Truncated)
    );
    assert_eq!(with_data(|data| data.extensions.push(0)), refused(AuthenticatorDataError::TrailingBytes));
}

#[test]
fn it_must_name_the_response_s_credential() {
    assert_eq!(
        with_data(|data| data.attested_credential_data[18] ^= 1),
        refused(AttestationObjectError::CredentialIdMismatch)
    );
}

#[test]
fn a_credential_id_over_1023_bytes_is_refused() {
    assert_eq!(
        with_data(|data| data.attested_credential_data[16..18].copy_from_slice(&[4, 0])),
        refused(AuthenticatorDataError::CredentialIdTooLong)
    );
}

#[test]
fn extension_outputs_may_follow_the_key() {
    let extensions = |data: &mut AuthenticatorData| {
        data.flags.set(Flags::EXTENSION_DATA, true);
        data.extensions =
            vec![0xa1, 0x6b, b'c', b'r', b'e', b'd', b'P', b'r', b'o', b't', b'e', b'c', b't', 0x02];
    };
    assert_eq!(with_data(extensions), None);
}
