//! The JSON of an assertion (§5.1).
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate_fuzz::{
    relying_party::{CHALLENGE, authenticate},
    seeds,
};
use passgate_webauthn::{AuthenticationResponse, base64url};
use std::sync::LazyLock;

/// What may be signed: the authenticator data of the seeds, which are all that the credential ever made.
static SIGNED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let texts = seeds::genuine().remove("assertion_json").unwrap_or_default();
    let data = texts.iter().filter_map(|text| {
        let json: serde_json::Value = serde_json::from_slice(text).ok()?;
        base64url::decode(json["response"]["authenticatorData"].as_str()?).ok()
    });
    data.collect()
});

fuzz_target!(|json: &[u8]| {
    if let Ok(assertion) = authenticate(json) {
        let response = AuthenticationResponse::parse(json).expect("it was accepted");
        assert_eq!(response.challenge(), CHALLENGE);
        let counts = SIGNED.iter().map(|data| u32::from_be_bytes([data[33], data[34], data[35], data[36]]));
        assert!(counts.into_iter().any(|count| count == assertion.sign_count), "{assertion:?}");
        assert!(assertion.user_verified && assertion.backup_eligible);
    }
});
