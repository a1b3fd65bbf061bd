//! §7.2 steps 15 to 21, and what an authentication returns.

use passgate_authenticator::{AuthenticatorData, Flags};
use passgate_webauthn::{
    AssertionError, AuthenticationResponse, AuthenticatorDataError, BackupEligibilityPolicy, CborError,
    CoseKeyError, UserVerification, VerifiedAssertion,
    extensions::{AuthenticatorOutputs, RequestOutputs},
};
use serde_json::{Value, json};

use crate::harness::{CHALLENGE, Ceremony, Failure, USER_HANDLE};

fn with_data(change: fn(&mut AuthenticatorData)) -> Result<VerifiedAssertion, Failure> {
    Ceremony::log_in_after(|ceremony| {
        ceremony.authenticator.hooks.authenticator_data = Some(Box::new(change));
    })
}

fn refused(error: AssertionError) -> Result<VerifiedAssertion, Failure> {
    Err(Failure::Assertion(error))
}

#[test]
fn an_authentication_returns_what_the_authenticator_says() {
    let expected = VerifiedAssertion {
        sign_count: 1,
        user_verified: true,
        backup_eligible: true,
        backup_state: true,
        backup_eligibility_changed: false,
        client_extensions: RequestOutputs::default(),
        authenticator_extensions: AuthenticatorOutputs::default(),
    };
    assert_eq!(Ceremony::log_in_after(|_| {}), Ok(expected.clone()));
    let backup_lost = Ceremony::log_in_after(|ceremony| ceremony.authenticator.config.backup_state = false);
    assert_eq!(backup_lost, Ok(VerifiedAssertion { backup_state: false, ..expected }));
}

#[test]
fn a_response_names_credential_user_and_challenge_before_it_is_verified() {
    let mut ceremony = Ceremony::new();
    ceremony.register().unwrap();
    let response = AuthenticationResponse::parse(ceremony.get().to_string().as_bytes()).unwrap();
    assert_eq!(response.credential_id(), ceremony.authenticator.credentials()[0].id);
    assert_eq!(response.user_handle(), Some(&USER_HANDLE[..]));
    assert_eq!(response.challenge(), CHALLENGE);
}

#[test]
fn a_user_handle_may_be_missing_null_or_empty() {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    for none in [Value::Null, json!("")] {
        let mut credential = ceremony.get();
        credential["response"]["userHandle"] = none;
        let response = AuthenticationResponse::parse(credential.to_string().as_bytes()).unwrap();
        assert_eq!(response.user_handle(), None);
    }
    ceremony.authenticator.config.returns_user_handle = false;
    let credential = ceremony.get();
    assert_eq!(AuthenticationResponse::parse(credential.to_string().as_bytes()).unwrap().user_handle(), None);
    assert!(ceremony.verify_assertion(&credential, &registration).is_ok());
}

#[test]
fn another_rp_id_s_assertion_is_refused() {
    assert_eq!(with_data(|data| data.rp_id_hash[0] ^= 1), refused(AssertionError::RpIdMismatch));
}

#[test]
fn the_user_must_be_present() {
    let absent = Ceremony::log_in_after(|ceremony| ceremony.authenticator.config.user_present = false);
    assert_eq!(absent, refused(AssertionError::UserPresenceMissing));
}

#[test]
fn the_user_must_be_verified_where_that_is_required() {
    let unverified = |required| {
        Ceremony::log_in_after(|ceremony| {
            ceremony.user_verification = required;
            ceremony.authenticator.config.user_verified = false;
        })
    };
    assert_eq!(unverified(UserVerification::Required), refused(AssertionError::UserVerificationMissing));
    for required in [UserVerification::Preferred, UserVerification::Discouraged] {
        assert_eq!(unverified(required).map(|assertion| assertion.user_verified), Ok(false));
    }
}

#[test]
fn a_backup_without_eligibility_is_refused() {
    assert_eq!(
        with_data(|data| data.flags.set(Flags::BACKUP_ELIGIBLE, false)),
        refused(AuthenticatorDataError::BackupStateWithoutEligibility.into())
    );
}

#[test]
fn backup_eligibility_must_not_change_in_either_direction() {
    for registered in [true, false] {
        for policy in [BackupEligibilityPolicy::Strict, BackupEligibilityPolicy::Warn] {
            let mut ceremony = Ceremony::new();
            ceremony.backup_eligibility_policy = policy;
            ceremony.authenticator.config.backup_eligible = registered;
            ceremony.authenticator.config.backup_state = false;
            let registration = ceremony.register().unwrap();
            ceremony.authenticator.config.backup_eligible = !registered;
            let outcome = ceremony.log_in(&registration);
            match policy {
                BackupEligibilityPolicy::Strict => {
                    assert_eq!(outcome, refused(AssertionError::BackupEligibilityChanged));
                }
                BackupEligibilityPolicy::Warn => {
                    let assertion = outcome.unwrap();
                    assert!(assertion.backup_eligibility_changed);
                    assert_eq!(assertion.backup_eligible, !registered);
                }
            }
        }
    }
}

#[test]
fn attested_credential_data_does_not_belong_in_an_assertion() {
    let outcome = with_data(|data| {
        data.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, true);
        data.attested_credential_data = [&[0; 16][..], &[0, 1, 7, 0xa0]].concat();
    });
    assert_eq!(outcome, refused(AssertionError::AttestedCredentialDataPresent));
}

#[test]
fn extension_outputs_are_read_and_ignored() {
    let outcome = with_data(|data| {
        data.flags.set(Flags::EXTENSION_DATA, true);
        data.extensions = vec![0xa1, 0x61, b'x', 0xf5];
    });
    assert!(outcome.is_ok());
}

#[test]
fn authenticator_data_must_be_what_its_flags_say() {
    assert_eq!(
        with_data(|data| data.extensions = vec![0]),
        refused(AuthenticatorDataError::TrailingBytes.into())
    );
    assert_eq!(
        with_data(|data| data.flags.set(Flags::EXTENSION_DATA, true)),
        refused(AuthenticatorDataError::Truncated.into())
    );
    assert_eq!(
        with_data(|data| {
            data.flags.set(Flags::EXTENSION_DATA, true);
            data.extensions = vec![0xbf, 0xff];
        }),
        refused(AuthenticatorDataError::Extensions(CborError::IndefiniteLength).into())
    );
}

#[test]
fn a_signature_must_be_by_the_stored_key_over_what_was_sent() {
    for change in [
        |signature: &mut Vec<u8>| *signature.last_mut().expect("a signature has bytes") ^= 1,
        |signature: &mut Vec<u8>| signature.truncate(signature.len() - 1),
        |signature: &mut Vec<u8>| signature.push(0),
        |signature: &mut Vec<u8>| *signature = vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
        |signature: &mut Vec<u8>| *signature = vec![0; 64],
    ] {
        let outcome = Ceremony::log_in_after(|ceremony| {
            ceremony.authenticator.hooks.signature = Some(Box::new(change));
        });
        assert_eq!(outcome, refused(AssertionError::SignatureInvalid));
    }
    for position in [0, 32, 36, 37, 68] {
        let outcome = Ceremony::log_in_after(|ceremony| {
            ceremony.authenticator.hooks.signed = Some(Box::new(move |signed| signed[position] ^= 1));
        });
        assert_eq!(outcome, refused(AssertionError::SignatureInvalid), "{position}");
    }
}

#[test]
fn another_credential_s_key_does_not_verify() {
    for algorithm in passgate_authenticator::Algorithm::ALL {
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.algorithm = algorithm;
        let first = ceremony.register().unwrap();
        let mut second = ceremony.register().unwrap();
        while second.public_key == first.public_key {
            second = ceremony.register().unwrap();
        }
        assert_eq!(ceremony.log_in(&first), refused(AssertionError::SignatureInvalid), "{algorithm:?}");
        assert!(ceremony.log_in(&second).is_ok());
    }
}

#[test]
fn an_unusable_stored_key_is_told_from_a_bad_signature() {
    let mut ceremony = Ceremony::new();
    let mut registration = ceremony.register().unwrap();
    registration.public_key.push(0);
    let error = CoseKeyError::Cbor(CborError::TrailingBytes);
    assert_eq!(ceremony.log_in(&registration), refused(AssertionError::StoredPublicKey(error)));
}
