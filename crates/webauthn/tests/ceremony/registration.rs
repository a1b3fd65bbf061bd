//! §7.1 steps 14 to 20, and what a registration returns.

use passgate_authenticator::{Algorithm as Offered, AuthenticatorData, Cbor, Flags};
use passgate_webauthn::{
    Aaguid, Algorithm, AttestationFormat, AttestationObjectError, AttestationType, AuthenticatorAttachment,
    AuthenticatorDataError, AuthenticatorTransport, CborError, CoseKeyError, RegistrationError,
    UnsupportedAlgorithm, UserPresence, UserVerification,
};

use crate::harness::{Ceremony, Failure};

fn with_data(change: fn(&mut AuthenticatorData)) -> Option<Failure> {
    Ceremony::register_after(|ceremony| {
        ceremony.authenticator.hooks.authenticator_data = Some(Box::new(change));
    })
    .err()
}

fn with_key(algorithm: Offered, change: fn(&mut Cbor)) -> Option<Failure> {
    Ceremony::register_after(|ceremony| {
        ceremony.authenticator.config.algorithm = algorithm;
        ceremony.authenticator.hooks.public_key = Some(Box::new(change));
    })
    .err()
}

#[test]
fn a_registration_returns_the_credential_record() {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    let held = &ceremony.authenticator.credentials()[0];
    assert_eq!(registration.credential_id, held.id);
    assert_eq!(registration.algorithm, Algorithm::Es256);
    assert_eq!(registration.sign_count, 0);
    assert_eq!(registration.aaguid, Aaguid::from_bytes(*b"passgate-softkey"));
    assert_eq!(registration.attestation_format, AttestationFormat::None);
    assert_eq!(registration.attestation_type, AttestationType::None);
    assert_eq!(registration.trust_path, Vec::<Vec<u8>>::new());
    assert_eq!(registration.transports, [AuthenticatorTransport::Hybrid, AuthenticatorTransport::Internal]);
    assert_eq!(registration.authenticator_attachment, Some(AuthenticatorAttachment::Platform));
    assert!(registration.user_verified && registration.backup_eligible && registration.backup_state);
}

#[test]
fn what_the_authenticator_says_of_itself_is_returned() {
    let registration = Ceremony::register_after(|ceremony| {
        ceremony.user_verification = UserVerification::Preferred;
        let config = &mut ceremony.authenticator.config;
        (config.user_verified, config.backup_eligible, config.backup_state) = (false, true, false);
        config.aaguid = [7; 16];
        config.transports = vec!["usb".into(), "usb".into(), "teleport".into()];
        config.authenticator_attachment = Some("future".into());
        ceremony.authenticator.hooks.authenticator_data = Some(Box::new(|data| data.sign_count = u32::MAX));
    })
    .unwrap();
    assert!(!registration.user_verified && registration.backup_eligible && !registration.backup_state);
    assert_eq!(registration.aaguid, Aaguid::from_bytes([7; 16]));
    assert_eq!(registration.sign_count, u32::MAX);
    let transports: Vec<&str> = registration.transports.iter().map(AuthenticatorTransport::as_str).collect();
    assert_eq!(transports, ["usb", "teleport"]);
    assert_eq!(registration.authenticator_attachment, None);
}

#[test]
fn every_algorithm_registers_and_logs_in() {
    for algorithm in Offered::ALL {
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.algorithm = algorithm;
        let registration = ceremony.register().unwrap();
        assert_eq!(registration.algorithm.cose_id(), algorithm.cose_id());
        assert_eq!(
            ceremony.log_in(&registration).map(|assertion| assertion.sign_count),
            Ok(1),
            "{algorithm:?}"
        );
    }
}

#[test]
fn another_rp_id_s_registration_is_refused() {
    assert_eq!(
        with_data(|data| data.rp_id_hash[31] ^= 1),
        Some(Failure::Registration(RegistrationError::RpIdMismatch))
    );
}

#[test]
fn the_user_must_be_present_unless_mediation_is_conditional() {
    let absent = |presence| {
        Ceremony::register_after(|ceremony| {
            ceremony.user_presence = presence;
            ceremony.authenticator.config.user_present = false;
        })
    };
    let error = Failure::Registration(RegistrationError::UserPresenceMissing);
    assert_eq!(absent(UserPresence::Required).err(), Some(error));
    assert!(absent(UserPresence::NotRequired).is_ok());
}

#[test]
fn the_user_must_be_verified_where_that_is_required() {
    let unverified = |required| {
        Ceremony::register_after(|ceremony| {
            ceremony.user_verification = required;
            ceremony.authenticator.config.user_verified = false;
        })
    };
    let error = Failure::Registration(RegistrationError::UserVerificationMissing);
    assert_eq!(unverified(UserVerification::Required).err(), Some(error));
    assert_eq!(
        unverified(UserVerification::Preferred).map(|registration| registration.user_verified),
        Ok(false)
    );
    assert!(unverified(UserVerification::Discouraged).is_ok());
}

#[test]
fn a_backup_without_eligibility_is_refused() {
    let error = AuthenticatorDataError::BackupStateWithoutEligibility;
    assert_eq!(
        with_data(|data| data.flags.set(Flags::BACKUP_ELIGIBLE, false)),
        Some(Failure::AttestationObject(AttestationObjectError::AuthenticatorData(error)))
    );
}

#[test]
fn only_an_algorithm_that_was_offered_is_accepted() {
    let outcome = Ceremony::register_after(|ceremony| ceremony.algorithms = vec![Algorithm::EdDsa]);
    let error = RegistrationError::AlgorithmNotAllowed { algorithm: Algorithm::Es256 };
    assert_eq!(outcome.err(), Some(Failure::Registration(error)));
}

#[test]
fn an_algorithm_that_is_not_verified_is_refused_by_name() {
    let refusal =
        |error| Some(Failure::Registration(RegistrationError::PublicKey(CoseKeyError::Algorithm(error))));
    assert_eq!(
        with_key(Offered::Es256, |key| key.set(3, Cbor::Int(-47))),
        refusal(UnsupportedAlgorithm::Es256k)
    );
    assert_eq!(
        with_key(Offered::Rs256, |key| key.set(3, Cbor::Int(-65535))),
        refusal(UnsupportedAlgorithm::Rs1)
    );
}

#[test]
fn a_point_off_the_curve_is_refused() {
    let off = |key: &mut Cbor| {
        let Cbor::Bytes(y) = key.get_mut(-3) else { unreachable!() };
        *y.last_mut().expect("a coordinate has bytes") ^= 1;
    };
    for algorithm in [Offered::Es256, Offered::Es384, Offered::Es512] {
        assert_eq!(
            with_key(algorithm, off),
            Some(Failure::Registration(RegistrationError::PublicKey(CoseKeyError::NotOnCurve)))
        );
    }
}

#[test]
fn a_public_key_must_be_canonical_cbor() {
    let refusal = |error| {
        let error = AttestationObjectError::AuthenticatorData(AuthenticatorDataError::PublicKey(error));
        Some(Failure::AttestationObject(error))
    };
    assert_eq!(with_key(Offered::Es256, |key| key.entries().reverse()), refusal(CborError::KeyOrder));
    assert_eq!(
        with_key(Offered::Es256, |key| {
            let first = key.entries()[0].clone();
            key.entries().insert(1, first);
        }),
        refusal(CborError::DuplicateKey)
    );
    assert_eq!(
        with_key(Offered::Es256, |key| key.set(1, Cbor::Raw(vec![0x18, 0x02]))),
        refusal(CborError::NotMinimal)
    );
}

#[test]
fn credential_ids_of_up_to_1023_bytes_are_accepted() {
    for length in [1, 16, 255, 256, 1023] {
        let registration =
            Ceremony::register_after(|ceremony| ceremony.authenticator.config.credential_id_length = length);
        assert_eq!(registration.unwrap().credential_id.len(), usize::from(length));
    }
}
