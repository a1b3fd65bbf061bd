//! COSE keys (§6.5.1.1), as they come and as they are stored.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate_fuzz::relying_party::{Refusal, assertion_json, authenticate_with, genuine_client_data};
use passgate_webauthn::{
    AssertionError,
    inspect::{CborReading, check_cose_key},
};

/// Of the RP ID, with the user there.
const DATA: [u8; 37] = [
    0xa3, 0x79, 0xa6, 0xf6, 0xee, 0xaf, 0xb9, 0xa5, 0x5e, 0x37, 0x8c, 0x11, 0x80, 0x34, 0xe2, 0x75, 0x1e,
    0x68, 0x2f, 0xab, 0x9f, 0x2d, 0x30, 0xab, 0x13, 0xd2, 0x12, 0x55, 0x86, 0xce, 0x19, 0x47, 0x0d, 0, 0, 0,
    1,
];

fuzz_target!(|key: &[u8]| {
    let verdict = check_cose_key(key);
    if verdict.is_ok() {
        assert_eq!(CborReading::of_whole(key).stop, None, "what the verifier reads, a person is shown");
    }
    let assertion =
        assertion_json(&genuine_client_data("webauthn.get"), &DATA, &[0x30, 0x06, 2, 1, 1, 2, 1, 1]);
    match authenticate_with(&assertion, key) {
        // Nobody has signed it, whatever the key is.
        Err(Refusal::Assertion(AssertionError::SignatureInvalid)) => {}
        Err(Refusal::Assertion(AssertionError::StoredPublicKey(_))) => assert!(verdict.is_err()),
        other => panic!("{other:?}"),
    }
});
