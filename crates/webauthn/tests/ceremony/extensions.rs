//! §10: what was asked for is returned with its type, what wasn't is ignored, and an `AppID` counts only where it was
//! asked for.

use passgate_authenticator::{Cbor, Flags};
use passgate_webauthn::{
    AssertionError, RegistrationError,
    extensions::{
        AppId, AskedExtensions, AuthenticatorOutputs, CreationOutputs, CredentialProtection, Extension,
        ExtensionValueError, LargeBlobOutput, PrfOutput, RequestOutputs, UserVerificationMethod,
    },
};
use serde_json::{Value, json};

use crate::harness::{Ceremony, Failure};

const APP_ID: &str = "https://example.com/app-id.json";

fn set(extensions: &[Extension]) -> AskedExtensions {
    extensions.iter().fold(AskedExtensions::NONE, |set, extension| set.with(*extension))
}

/// Lets the client answer.
fn client(ceremony: &mut Ceremony, results: Value) {
    ceremony.authenticator.hooks.credential =
        Some(Box::new(move |credential| credential["clientExtensionResults"] = results.clone()));
}

/// Lets the authenticator answer.
fn authenticator(ceremony: &mut Ceremony, outputs: Vec<(Cbor, Cbor)>) {
    let outputs = Cbor::Map(outputs).encode();
    ceremony.authenticator.hooks.authenticator_data = Some(Box::new(move |data| {
        data.flags.set(Flags::EXTENSION_DATA, true);
        data.extensions.clone_from(&outputs);
    }));
}

/// Makes the authenticator sign for the `AppID` in the RP ID's place, as a U2F key does.
fn scope_to_app_id(ceremony: &mut Ceremony) {
    let hash = AppId::parse(APP_ID).expect("an https URL").hash().0;
    ceremony.authenticator.hooks.authenticator_data = Some(Box::new(move |data| data.rp_id_hash = hash));
}

fn uvm() -> (Cbor, Cbor) {
    ("uvm".into(), Cbor::Array(vec![Cbor::Array([2, 4, 2].map(Cbor::Int).to_vec())]))
}

const BY_FINGERPRINT: UserVerificationMethod =
    UserVerificationMethod { method: 2, key_protection: 4, matcher_protection: 2 };

#[test]
fn a_registration_returns_the_outputs_that_were_asked_for() {
    let mut ceremony = Ceremony::new();
    ceremony.extensions = set(&[
        Extension::CredentialProperties,
        Extension::Prf,
        Extension::LargeBlobSupport,
        Extension::CredentialProtection,
        Extension::MinimumPinLength,
        Extension::UserVerificationMethod,
        Extension::AppIdExclude,
    ]);
    client(
        &mut ceremony,
        json!({
            "credProps": {"rk": true}, "prf": {"enabled": true}, "largeBlob": {"supported": true},
            "uvm": [[2, 4, 2]], "appidExclude": true, "unknown": {"deeper": [1]},
        }),
    );
    authenticator(
        &mut ceremony,
        vec![
            uvm(),
            ("credProtect".into(), Cbor::Int(3)),
            ("hmac-secret".into(), Cbor::Bool(true)),
            ("minPinLength".into(), Cbor::Int(6)),
        ],
    );
    let registration = ceremony.register().unwrap();
    let expected = CreationOutputs {
        discoverable: Some(true),
        prf: Some(PrfOutput { enabled: Some(true), sent_secrets: false }),
        large_blob_supported: Some(true),
        user_verification_methods: Some(vec![BY_FINGERPRINT]),
        app_id_exclude: Some(true),
    };
    assert_eq!(registration.client_extensions, expected);
    let expected = AuthenticatorOutputs {
        credential_protection: Some(CredentialProtection::Required),
        minimum_pin_length: Some(6),
        derives_secrets: Some(true),
        user_verification_methods: Some(vec![BY_FINGERPRINT]),
    };
    assert_eq!(registration.authenticator_extensions, expected);
}

#[test]
fn an_authentication_returns_the_outputs_that_were_asked_for() {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    let asked = [Extension::Prf, Extension::UserVerificationMethod];
    ceremony.extensions = set(&asked).with(Extension::LargeBlobRead);
    client(
        &mut ceremony,
        json!({"prf": {}, "largeBlob": {"blob": "AQID"}, "uvm": [[2, 4, 2]], "appid": false}),
    );
    authenticator(&mut ceremony, vec![uvm()]);
    let assertion = ceremony.log_in(&registration).unwrap();
    let expected = RequestOutputs {
        prf: Some(PrfOutput { enabled: None, sent_secrets: false }),
        large_blob: Some(LargeBlobOutput::Read(vec![1, 2, 3])),
        user_verification_methods: Some(vec![BY_FINGERPRINT]),
        app_id: None,
    };
    assert_eq!(assertion.client_extensions, expected);
    let expected = AuthenticatorOutputs {
        user_verification_methods: Some(vec![BY_FINGERPRINT]),
        ..AuthenticatorOutputs::default()
    };
    assert_eq!(assertion.authenticator_extensions, expected);
    ceremony.extensions = set(&asked).with(Extension::LargeBlobWrite);
    client(&mut ceremony, json!({"largeBlob": {"written": true}}));
    let assertion = ceremony.log_in(&registration).unwrap();
    assert_eq!(assertion.client_extensions.large_blob, Some(LargeBlobOutput::Written(true)));
}

#[test]
fn outputs_that_nobody_asked_for_are_ignored_whatever_they_are() {
    let mut ceremony = Ceremony::new();
    let malformed = vec![("uvm".into(), Cbor::Bool(true)), ("credProtect".into(), Cbor::Int(9))];
    authenticator(&mut ceremony, malformed);
    for results in [
        json!({"credProps": 1, "prf": [], "uvm": "?", "appid": true, "appidExclude": {}}),
        json!([1]),
        json!("text"),
        json!(null),
    ] {
        client(&mut ceremony, results);
        let registration = ceremony.register().unwrap();
        assert_eq!(registration.client_extensions, CreationOutputs::default());
        assert_eq!(registration.authenticator_extensions, AuthenticatorOutputs::default());
        let assertion = ceremony.log_in(&registration).unwrap();
        assert_eq!(assertion.client_extensions, RequestOutputs::default());
        assert_eq!(assertion.authenticator_extensions, AuthenticatorOutputs::default());
    }
}

#[test]
fn an_output_that_was_asked_for_has_its_type() {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    ceremony.extensions = set(&[Extension::Prf, Extension::CredentialProtection]);
    client(&mut ceremony, json!({"prf": true}));
    let error = ExtensionValueError::Type { member: "prf", expected: "an object" };
    assert_eq!(ceremony.register(), Err(Failure::Registration(RegistrationError::Extension(error))));
    assert_eq!(ceremony.log_in(&registration), Err(Failure::Assertion(AssertionError::Extension(error))));
    client(&mut ceremony, json!([]));
    let error = ExtensionValueError::Type { member: "clientExtensionResults", expected: "an object" };
    assert_eq!(ceremony.register(), Err(Failure::Registration(RegistrationError::Extension(error))));
    client(&mut ceremony, json!({}));
    authenticator(&mut ceremony, vec![("credProtect".into(), Cbor::Int(4))]);
    let error = ExtensionValueError::Type { member: "credProtect", expected: "1, 2 or 3" };
    assert_eq!(ceremony.register(), Err(Failure::Registration(RegistrationError::Extension(error))));
}

#[test]
fn an_assertion_of_the_app_id_is_accepted_where_it_was_asked_for_and_the_client_says_so() {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    ceremony.app_id = AppId::parse(APP_ID);
    client(&mut ceremony, json!({"appid": true}));
    scope_to_app_id(&mut ceremony);
    let assertion = ceremony.log_in(&registration).unwrap();
    assert_eq!(assertion.client_extensions.app_id, Some(true));
}

#[test]
fn an_assertion_of_the_app_id_is_refused_where_it_was_not_asked_for_or_the_client_does_not_say_so() {
    let refused = Err(Failure::Assertion(AssertionError::RpIdMismatch));
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    scope_to_app_id(&mut ceremony);
    client(&mut ceremony, json!({"appid": true}));
    assert_eq!(ceremony.log_in(&registration), refused);
    ceremony.app_id = AppId::parse("https://example.com/another.json");
    assert_eq!(ceremony.log_in(&registration), refused);
    ceremony.app_id = AppId::parse(APP_ID);
    for results in [json!({"appid": false}), json!({})] {
        client(&mut ceremony, results);
        assert_eq!(ceremony.log_in(&registration), refused);
    }
}

#[test]
fn an_assertion_of_the_rp_id_is_refused_where_the_client_says_that_it_is_of_the_app_id() {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    ceremony.app_id = AppId::parse(APP_ID);
    client(&mut ceremony, json!({"appid": true}));
    assert_eq!(ceremony.log_in(&registration), Err(Failure::Assertion(AssertionError::RpIdMismatch)));
    client(&mut ceremony, json!({"appid": false}));
    let assertion = ceremony.log_in(&registration).unwrap();
    assert_eq!(assertion.client_extensions.app_id, Some(false));
}

#[test]
fn a_registration_is_never_of_the_app_id() {
    let mut ceremony = Ceremony::new();
    ceremony.app_id = AppId::parse(APP_ID);
    ceremony.extensions = set(&[Extension::AppIdExclude]);
    client(&mut ceremony, json!({"appid": true, "appidExclude": true}));
    scope_to_app_id(&mut ceremony);
    assert_eq!(ceremony.register(), Err(Failure::Registration(RegistrationError::RpIdMismatch)));
}
