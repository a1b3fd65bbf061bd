//! Attestation objects (§6.5), of every format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate_fuzz::relying_party::{
    credential_id, genuine_client_data, register, registration_json, trusting_policy,
};
use passgate_webauthn::{
    AttestationPolicy, AttestationType,
    inspect::{CborReading, check_attestation_object},
};

fuzz_target!(|object: &[u8]| {
    if check_attestation_object(object).is_ok() {
        assert_eq!(CborReading::of_whole(object).stop, None, "what the verifier reads, a person is shown");
    }
    let json = registration_json(credential_id(), &genuine_client_data("webauthn.create"), object);
    let any = register(&json, AttestationPolicy::Any);
    let none = register(&json, AttestationPolicy::None);
    let trusted = register(&json, trusting_policy());
    assert_eq!(any.is_ok(), none.is_ok(), "what verifies doesn't depend on what is made of it");
    if let Ok(none) = &none {
        assert!(none.trust_path.is_empty());
    }
    if let Ok(trusted) = trusted {
        let any = any.expect("who is trusted verifies");
        assert_eq!(trusted.public_key, any.public_key);
        assert!(!matches!(
            trusted.attestation_type,
            AttestationType::None | AttestationType::SelfAttestation
        ));
        assert!(!trusted.trust_path.is_empty());
    }
});
