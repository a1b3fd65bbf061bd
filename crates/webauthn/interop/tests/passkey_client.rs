//! A client and an authenticator that others wrote, `passkey-client` and `passkey-authenticator`: what our
//! options ask of them, and what they make of it, on other cryptography than ours.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use passgate_webauthn::{
    Aaguid, Algorithm, AssertionError, AttestationFormat, AttestationType, AuthenticationResponse,
    AuthenticatorAttachment, AuthenticatorTransport, ClientDataError, CreationOptions, RequestOptions,
    VerifiedRegistration, base64url,
    extensions::{
        AskedExtensions, AuthenticatorOutputs, CreationExtensions, CreationOutputs, Extension, PrfOutput,
        RequestExtensions,
    },
    options::{
        AttestationConveyance, AuthenticatorSelection, CredentialDescriptor, Hint,
        PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions, RelyingParty, ResidentKey,
        UserEntity, UserVerification,
    },
};
use passkey_authenticator::{
    Authenticator, UiHint, UserCheck, UserValidationMethod, extensions::HmacSecretConfig,
};
use passkey_client::{Client, DefaultClientData};
use passkey_crypto::rust_crypto::RustCryptoBackend;
use passkey_types::{Passkey, ctap2::Ctap2Error};
use serde_json::{Map, Value, json};
use url::Url;

#[expect(dead_code, reason = "shared with the verifier's own tests, which use all of it")]
#[path = "../../tests/ceremony/harness.rs"]
mod harness;

use harness::{CHALLENGE, Ceremony, Failure, ORIGIN};

const AAGUID: [u8; 16] = *b"another's device";

/// Somebody who is there and gives the right finger.
struct Somebody;

#[async_trait::async_trait]
impl UserValidationMethod for Somebody {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// The result of what never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("nothing is there to wait for"),
    }
}

fn creation_options(algorithm: Algorithm, user_handle: &[u8], extensions: &Value) -> CreationOptions {
    let public_key = PublicKeyCredentialCreationOptions {
        rp: RelyingParty { id: "example.com".into(), name: "Example".into() },
        user: UserEntity { id: user_handle.to_vec(), name: "kim".into(), display_name: "Kim".into() },
        challenge: CHALLENGE.to_vec(),
        pub_key_cred_params: vec![algorithm.into()],
        timeout: 60_000,
        exclude_credentials: vec![CredentialDescriptor::new(vec![7; 16])],
        authenticator_selection: AuthenticatorSelection::new(
            Some(AuthenticatorAttachment::Platform),
            ResidentKey::Required,
            UserVerification::Required,
        ),
        attestation: AttestationConveyance::None,
        attestation_formats: Vec::new(),
        extensions: extensions
            .as_object()
            .map(|members| CreationExtensions::parse(members).expect("inputs of a registration")),
        hints: vec![Hint::ClientDevice],
    };
    CreationOptions { public_key }
}

fn request_options(allowed: Vec<CredentialDescriptor>, extensions: &Value) -> RequestOptions {
    let public_key = PublicKeyCredentialRequestOptions {
        challenge: CHALLENGE.to_vec(),
        timeout: 60_000,
        rp_id: "example.com".into(),
        allow_credentials: allowed,
        user_verification: UserVerification::Required,
        extensions: extensions.get("prf").map(|prf| {
            let members = Map::from_iter([("prf".to_owned(), prf.clone())]);
            RequestExtensions::parse(&members, &[]).expect("inputs of an authentication")
        }),
        hints: vec![Hint::ClientDevice],
    };
    RequestOptions { public_key }
}

/// What went over the wire: a registration, and two authentications with its credential.
struct Exchange {
    registration: Value,
    /// Without `allowCredentials`, and with.
    assertions: [Value; 2],
}

/// Their client with our options, from a browser's JSON to a browser's JSON.
fn exchange(algorithm: Algorithm, user_handle: &[u8], extensions: &Value) -> Exchange {
    let authenticator = Authenticator::new(AAGUID.into(), None::<Passkey>, Somebody, RustCryptoBackend)
        .hmac_secret(HmacSecretConfig::new_with_uv_only().enable_on_make_credential());
    let mut client = Client::new(authenticator);
    client.authenticator_mut().set_make_credentials_with_signature_counter(true);
    let origin = Url::parse(ORIGIN).expect("an origin");
    let options = json!(creation_options(algorithm, user_handle, extensions));
    let options = serde_json::from_value(options).expect("they read our creation options");
    let created = now(client.register(&origin, options, DefaultClientData)).expect("they make a credential");
    let id = created.raw_id.to_vec();
    let assertions = [vec![], vec![CredentialDescriptor::new(id)]].map(|allowed| {
        let options = json!(request_options(allowed, extensions));
        let options = serde_json::from_value(options).expect("they read our request options");
        json!(now(client.authenticate(&origin, options, DefaultClientData)).expect("they have a credential"))
    });
    Exchange { registration: json!(created), assertions }
}

/// Our verdict on all of it.
fn verify(exchange: &Exchange, user_handle: &[u8]) -> VerifiedRegistration {
    let mut ceremony = Ceremony::new();
    ceremony.extensions = AskedExtensions::NONE.with(Extension::Prf).with(Extension::CredentialProperties);
    let registration = ceremony.verify_registration(&exchange.registration).expect("we accept theirs");
    let counts = exchange.assertions.each_ref().map(|assertion| {
        let response =
            AuthenticationResponse::parse(assertion.to_string().as_bytes()).expect("theirs is one");
        assert_eq!(response.user_handle(), Some(user_handle));
        assert_eq!(response.credential_id(), registration.credential_id);
        let verified = ceremony.verify_assertion(assertion, &registration).expect("we accept theirs");
        assert_eq!((verified.user_verified, verified.backup_eligibility_changed), (true, false));
        let asked_for_prf = registration.client_extensions.prf.is_some();
        let sent = asked_for_prf.then_some(PrfOutput { enabled: None, sent_secrets: true });
        assert_eq!(verified.client_extensions.prf, sent);
        verified.sign_count
    });
    assert!(registration.sign_count < counts[0] && counts[0] < counts[1], "{counts:?}");
    registration
}

#[test]
fn user_handles_of_1_16_and_64_bytes_register_and_log_in() {
    for length in [1, 16, 64] {
        let user_handle: Vec<u8> = (0..length).map(|byte| 0xff - byte).collect();
        let exchange = exchange(Algorithm::Es256, &user_handle, &Value::Null);
        let registration = verify(&exchange, &user_handle);
        let expected = VerifiedRegistration {
            credential_id: registration.credential_id.clone(),
            public_key: registration.public_key.clone(),
            algorithm: Algorithm::Es256,
            sign_count: registration.sign_count,
            aaguid: Aaguid::from_bytes(AAGUID),
            attestation_format: AttestationFormat::None,
            attestation_type: AttestationType::None,
            trust_path: vec![],
            transports: vec![AuthenticatorTransport::Internal, AuthenticatorTransport::Hybrid],
            authenticator_attachment: Some(AuthenticatorAttachment::Platform),
            user_verified: true,
            backup_eligible: true,
            backup_state: true,
            client_extensions: CreationOutputs::default(),
            authenticator_extensions: AuthenticatorOutputs::default(),
        };
        assert_eq!(registration, expected);
    }
}

#[test]
fn each_algorithm_that_they_have_registers_and_logs_in() {
    for algorithm in
        [Algorithm::Es256, Algorithm::EdDsa, Algorithm::MlDsa44, Algorithm::MlDsa65, Algorithm::MlDsa87]
    {
        let registration = verify(&exchange(algorithm, b"kim", &Value::Null), b"kim");
        assert_eq!(registration.algorithm, algorithm);
    }
}

#[test]
fn prf_outputs_are_read_and_not_kept() {
    let first = base64url::encode(b"what a key is derived from");
    let second = base64url::encode(b"and another");
    let extensions = json!({"prf": {"eval": {"first": first, "second": second}}, "credProps": true});
    let exchange = exchange(Algorithm::Es256, b"kim", &extensions);
    let created = &exchange.registration["clientExtensionResults"];
    assert_eq!(created.pointer("/prf/enabled"), Some(&json!(true)), "{created}");
    let secrets = |results: &Value| {
        ["first", "second"].map(|name| {
            let secret = results.pointer(&format!("/prf/results/{name}")).and_then(Value::as_str);
            base64url::decode(secret.expect("a secret")).expect("base64url")
        })
    };
    let expected = secrets(created);
    assert!(expected.iter().all(|secret| secret.len() == 32) && expected[0] != expected[1]);
    for assertion in &exchange.assertions {
        assert_eq!(secrets(&assertion["clientExtensionResults"]), expected);
    }
    let registration = verify(&exchange, b"kim");
    let expected = CreationOutputs {
        discoverable: Some(true),
        prf: Some(PrfOutput { enabled: Some(true), sent_secrets: true }),
        ..CreationOutputs::default()
    };
    assert_eq!(registration.client_extensions, expected);
}

#[test]
fn their_assertion_for_another_challenge_or_with_another_signature_is_refused() {
    let mut exchange = exchange(Algorithm::Es256, b"kim", &Value::Null);
    let mut ceremony = Ceremony::new();
    let registration = verify(&exchange, b"kim");
    let [first, second] = &mut exchange.assertions;
    first["response"]["signature"] = second["response"]["signature"].take();
    assert_eq!(
        ceremony.verify_assertion(first, &registration),
        Err(Failure::Assertion(AssertionError::SignatureInvalid))
    );
    ceremony.challenge[0] ^= 1;
    assert_eq!(
        ceremony.verify_assertion(first, &registration),
        Err(Failure::ClientData(ClientDataError::ChallengeMismatch))
    );
}
