//! The JSON of a registration (§5.1).
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate_fuzz::relying_party::{register, trusting_policy};
use passgate_webauthn::{AttestationPolicy, MAX_RESPONSE_BYTES};

fuzz_target!(|json: &[u8]| {
    let any = register(json, AttestationPolicy::Any);
    let trusted = register(json, trusting_policy());
    assert!(any.is_ok() || trusted.is_err(), "who is trusted verifies");
    if let Ok(registration) = any {
        assert!(json.len() <= MAX_RESPONSE_BYTES);
        assert!(!registration.backup_state || registration.backup_eligible);
        let again = register(json, AttestationPolicy::Any).expect("it is accepted again");
        assert_eq!(again, registration);
    }
});
