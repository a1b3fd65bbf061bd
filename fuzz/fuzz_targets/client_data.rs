//! Client data (§5.8.1), in both ceremonies.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate_fuzz::relying_party::{
    CHALLENGE, ORIGIN, Refusal, assertion_json, authenticate, registration_json,
};
use passgate_webauthn::{AuthenticationResponse, RegistrationResponse};

fuzz_target!(|client_data: &[u8]| {
    let registration = registration_json(b"id", client_data, b"object");
    let assertion = assertion_json(client_data, &[0; 37], b"signature");
    let registration =
        RegistrationResponse::parse(&registration).map(|response| response.challenge().to_vec());
    let challenge = AuthenticationResponse::parse(&assertion).map(|response| response.challenge().to_vec());
    // Whatever it is, it is read alike.
    assert_eq!(registration, challenge);
    // Nobody has signed it.
    assert!(matches!(authenticate(&assertion), Err(Refusal::Response(_) | Refusal::Assertion(_))));
    if challenge.as_deref() == Ok(&CHALLENGE) && !client_data.contains(&b'\\') {
        let text = str::from_utf8(client_data).expect("it was read");
        assert!(text.contains("\"challenge\"") && text.contains("\"origin\""), "{text} {ORIGIN}");
    }
});
