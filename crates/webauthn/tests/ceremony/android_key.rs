//! §8.4.

use passgate_authenticator::{Algorithm as Offered, Attestation, Cbor, KeyDescription};
use passgate_webauthn::{
    AndroidKeyError, AttestationError, AttestationFormat, AttestationType, RegistrationError,
    UnsupportedAlgorithm,
};

use crate::{
    attesting::{attested, refused, with_certificate, with_content, with_hooks},
    harness::Ceremony,
};

fn description(change: fn(&mut KeyDescription)) -> Option<RegistrationError> {
    with_hooks(Attestation::AndroidKey, |hooks| hooks.key_description = Some(Box::new(change)))
}

fn statement(change: fn(&mut Cbor)) -> Option<RegistrationError> {
    with_hooks(Attestation::AndroidKey, |hooks| {
        hooks.attestation_object = Some(Box::new(move |object| change(object.get_mut("attStmt"))));
    })
}

fn set(list: &mut Vec<(u32, Vec<u8>)>, tag: u32, value: Vec<u8>) {
    list.retain(|(known, _)| *known != tag);
    list.push((tag, value));
}

#[test]
fn an_android_key_s_attestation_verifies() {
    for algorithm in [Offered::Es256, Offered::Es384] {
        let registration = Ceremony::register_after(|ceremony| {
            ceremony.authenticator.config.algorithm = algorithm;
            ceremony.authenticator.config.attestation = Attestation::AndroidKey;
        })
        .unwrap();
        assert_eq!(registration.attestation_format, AttestationFormat::AndroidKey);
        assert_eq!(registration.attestation_type, AttestationType::Basic);
        assert_eq!(registration.trust_path.len(), 1);
    }
}

#[test]
fn an_android_statement_has_its_members_and_no_others() {
    let missing = |member| refused(AttestationError::MissingMember { member });
    assert_eq!(statement(|statement| statement.remove("alg")), missing("alg"));
    assert_eq!(statement(|statement| statement.remove("sig")), missing("sig"));
    assert_eq!(statement(|statement| statement.remove("x5c")), missing("x5c"));
    let more = statement(|statement| statement.set("ver", "2.0".into()));
    assert_eq!(more, refused(AttestationError::UnexpectedMember));
    let broken = statement(|statement| statement.set("alg", Cbor::Int(-65535)));
    assert_eq!(broken, refused(UnsupportedAlgorithm::Rs1));
}

#[test]
fn an_android_signature_is_by_the_certificate_s_key_over_what_was_sent() {
    let other = with_hooks(Attestation::AndroidKey, |hooks| {
        hooks.signature = Some(Box::new(|signature| *signature.last_mut().unwrap() ^= 1));
    });
    assert_eq!(other, refused(AttestationError::SignatureInvalid));
    let algorithm = statement(|statement| statement.set("alg", Cbor::Int(-8)));
    assert_eq!(algorithm, refused(AttestationError::SignatureInvalid));
}

#[test]
fn an_android_certificate_s_key_is_the_credential_s() {
    // A batch key's packed statement under the name of this format.
    let other = with_hooks(Attestation::PackedX5c, |hooks| {
        hooks.attestation_object = Some(Box::new(|object| object.set("fmt", "android-key".into())));
    });
    assert_eq!(other, refused(AndroidKeyError::PublicKeyMismatch));
}

#[test]
fn an_android_certificate_has_one_well_formed_key_description() {
    let change = |change| with_certificate(Attestation::AndroidKey, change);
    assert_eq!(
        change(|params| params.custom_extensions.clear()),
        refused(AndroidKeyError::KeyDescriptionMissing)
    );
    let malformed = refused(AndroidKeyError::KeyDescriptionMalformed);
    assert_eq!(
        change(|params| {
            let extension = &mut params.custom_extensions[0];
            *extension = with_content(extension, [extension.content(), &[0]].concat());
        }),
        malformed
    );
    assert_eq!(
        change(|params| {
            let extension = &mut params.custom_extensions[0];
            *extension = with_content(extension, vec![0x30, 0x03, 0x02, 0x01, 0x03]);
        }),
        malformed
    );
    assert_eq!(
        change(|params| {
            let extension = &mut params.custom_extensions[0];
            // A field after the last one.
            let mut content = [extension.content(), &[0x05, 0x00]].concat();
            content[1] += 2;
            *extension = with_content(extension, content);
        }),
        malformed
    );
    assert_eq!(
        change(|params| {
            let extension = params.custom_extensions[0].clone();
            params.custom_extensions.push(extension);
        }),
        refused(passgate_webauthn::CertificateError::Malformed)
    );
    assert_eq!(
        description(|description| {
            description.hardware_enforced.push((KeyDescription::ORIGIN, KeyDescription::integer(0)));
        }),
        malformed
    );
}

#[test]
fn an_android_challenge_is_the_hash_of_the_client_data() {
    let mismatch = refused(AndroidKeyError::ChallengeMismatch);
    assert_eq!(description(|description| description.challenge[0] ^= 1), mismatch);
    assert_eq!(description(|description| description.challenge.clear()), mismatch);
}

#[test]
fn an_android_key_is_not_for_all_applications_on_either_list() {
    let refusal = refused(AndroidKeyError::AllApplications);
    assert_eq!(
        description(|description| {
            set(&mut description.software_enforced, KeyDescription::ALL_APPLICATIONS, vec![0x05, 0x00]);
        }),
        refusal
    );
    assert_eq!(
        description(|description| {
            set(&mut description.hardware_enforced, KeyDescription::ALL_APPLICATIONS, vec![0x05, 0x00]);
        }),
        refusal
    );
}

#[test]
fn an_android_key_was_generated_by_the_key_store() {
    let refusal = refused(AndroidKeyError::Origin);
    // 2 is an imported key.
    assert_eq!(
        description(|description| {
            set(&mut description.hardware_enforced, KeyDescription::ORIGIN, KeyDescription::integer(2));
        }),
        refusal
    );
    assert_eq!(
        description(|description| {
            description.software_enforced.clear();
            set(&mut description.hardware_enforced, KeyDescription::ORIGIN, KeyDescription::integer(2));
        }),
        refusal
    );
    // One list doesn't outvote the other.
    assert_eq!(
        description(|description| {
            set(&mut description.software_enforced, KeyDescription::ORIGIN, KeyDescription::integer(2));
        }),
        refusal
    );
    assert_eq!(
        description(|description| description.hardware_enforced.retain(|entry| entry.0 == 1)),
        refusal
    );
}

#[test]
fn an_android_key_is_for_signing_alone() {
    let refusal = refused(AndroidKeyError::Purpose);
    assert_eq!(
        description(|description| {
            set(&mut description.hardware_enforced, KeyDescription::PURPOSE, KeyDescription::integers(&[3]));
        }),
        refusal
    );
    assert_eq!(
        description(|description| {
            let value = KeyDescription::integers(&[2, 3]);
            set(&mut description.hardware_enforced, KeyDescription::PURPOSE, value);
        }),
        refusal
    );
    assert_eq!(
        description(|description| description.hardware_enforced.retain(|entry| entry.0 != 1)),
        refusal
    );
}

#[test]
fn what_software_enforces_counts_too_and_two_empty_lists_pass_as_in_the_specification_s_vector() {
    assert_eq!(
        description(|description| {
            description.software_enforced = std::mem::take(&mut description.hardware_enforced);
        }),
        None
    );
    assert_eq!(
        description(|description| {
            description.software_enforced.clear();
            description.hardware_enforced.clear();
        }),
        None
    );
    assert!(attested(Attestation::AndroidKey).is_ok());
}
