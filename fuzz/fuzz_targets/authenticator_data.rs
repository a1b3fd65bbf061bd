//! Authenticator data (§6.1), in both ceremonies, and as `passgate inspect` reads it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate_authenticator::Cbor;
use passgate_fuzz::relying_party::{
    Refusal, assertion_json, authenticate, genuine_client_data, register, registration_json,
};
use passgate_webauthn::{
    AttestationPolicy,
    inspect::{AuthenticatorDataFields, check_authenticator_data},
};

fuzz_target!(|data: &[u8]| {
    let fields = AuthenticatorDataFields::read(data);
    let verdict = check_authenticator_data(data);
    if verdict.is_ok() {
        assert_eq!(fields.stop, None, "what the verifier reads, a person is shown");
    }
    // Nobody has signed it.
    let assertion = assertion_json(&genuine_client_data("webauthn.get"), data, b"signature");
    assert!(matches!(authenticate(&assertion), Err(Refusal::Assertion(_) | Refusal::Response(_))));

    // With `none`, nobody need sign it.
    let object = Cbor::Map(vec![
        ("fmt".into(), "none".into()),
        ("attStmt".into(), Cbor::Map(Vec::new())),
        ("authData".into(), Cbor::Bytes(data.to_vec())),
    ]);
    let length = data.get(53..55).map_or(0, |bytes| usize::from(u16::from_be_bytes([bytes[0], bytes[1]])));
    let id = data.get(55..55 + length).unwrap_or_default();
    let json = registration_json(id, &genuine_client_data("webauthn.create"), &object.encode());
    if let Ok(registration) = register(&json, AttestationPolicy::Any) {
        assert!(verdict.is_ok());
        assert_eq!(registration.credential_id, id);
        assert_eq!(registration.sign_count.to_be_bytes(), data[33..37]);
        assert!(!registration.backup_state || registration.backup_eligible);
    }
});
