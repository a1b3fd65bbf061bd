//! What the ceremonies allocate. A login is verified in the one buffer that its response is decoded into.

#[expect(dead_code, reason = "the ceremonies' own tests need more of it")]
#[path = "ceremony/harness.rs"]
mod harness;

use allocation_counter::{AllocationInfo, measure};
use harness::{CHALLENGE, Ceremony, origin};
use passgate_authenticator::Algorithm;
use passgate_webauthn::{
    AssertionExpectation, AuthenticationResponse, ClientDataExpectation, CredentialPublicKey,
    CrossOriginPolicy, extensions::AskedExtensions,
};

/// What an authentication allocates, from JSON to verdict.
fn allocations(ceremony: &mut Ceremony) -> AllocationInfo {
    let registration = ceremony.register().expect("the registration is without fault");
    let credential = ceremony.get();
    let json = credential.to_string();
    let origins = [origin(harness::ORIGIN)];
    let client_data = ClientDataExpectation {
        challenge: &CHALLENGE,
        origins: &origins,
        cross_origin: CrossOriginPolicy::Refuse,
    };
    let expected = AssertionExpectation {
        rp_id: &ceremony.rp_id,
        user_verification: ceremony.user_verification,
        public_key: &CredentialPublicKey::new(&*registration.public_key),
        backup_eligible: registration.backup_eligible,
        backup_eligibility_policy: ceremony.backup_eligibility_policy,
        extensions: AskedExtensions::NONE,
        app_id: None,
    };
    let log_in = || {
        let response = AuthenticationResponse::parse(json.as_bytes()).expect("a response");
        response.check_client_data(&client_data).expect("the client data that is expected");
        response.verify(&expected).expect("the assertion verifies");
    };
    // What is made once in a process is made here.
    log_in();
    measure(log_in)
}

#[test]
fn an_authentication_allocates_the_one_buffer_that_it_is_decoded_into() {
    for algorithm in Algorithm::ALL {
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.algorithm = algorithm;
        let allocated = allocations(&mut ceremony);
        assert_eq!((allocated.count_total, allocated.count_current), (1, 0), "{algorithm:?}: {allocated:?}");
    }
}

#[test]
fn extension_results_that_nobody_asked_for_cost_the_json_parser_a_stack() {
    let mut ceremony = Ceremony::new();
    ceremony.authenticator.hooks.credential = Some(Box::new(|credential| {
        credential["clientExtensionResults"] = serde_json::json!({"prf": {"results": {"first": "AAAA"}}});
    }));
    let allocated = allocations(&mut ceremony);
    assert_eq!((allocated.count_total, allocated.count_current), (2, 0), "{allocated:?}");
    assert!(allocated.bytes_total < 4096, "{allocated:?}");
}
