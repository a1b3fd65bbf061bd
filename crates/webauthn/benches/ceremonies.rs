//! Both ceremonies, from JSON to verdict, beside the one signature that takes nearly all of an assertion's time.
//!
//! `cargo bench -p passgate-webauthn` on a machine with nothing else to do. An assertion is to take at most 1.15
//! times what the bare verification of its signature takes, a registration without attestation at most 100 µs.

use std::hint::black_box;

use aws_lc_rs::{
    digest,
    signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey, UnparsedPublicKey},
};
use criterion::{Criterion, criterion_group, criterion_main};
use passgate_authenticator::Authenticator;
use passgate_webauthn::{
    AaguidPolicy, Algorithm, AssertionExpectation, AttestationPolicy, AuthenticationResponse,
    BackupEligibilityPolicy, ClientDataExpectation, CredentialPublicKey, CrossOriginPolicy, Origin,
    RegistrationExpectation, RegistrationResponse, RpId, UserPresence, UserVerification, VerifiedAssertion,
    VerifiedRegistration, base64url, extensions::AskedExtensions,
};
use serde_json::{Value, json};

const ORIGIN: &str = "https://login.example.com";
const CHALLENGE: [u8; 58] = [0x42; 58];

/// What a relying party keeps between requests.
struct RelyingParty {
    rp_id: RpId,
    origins: [Origin; 1],
}

impl RelyingParty {
    fn new() -> Self {
        Self {
            rp_id: RpId::parse("example.com").expect("a domain"),
            origins: [Origin::parse(ORIGIN).expect("an origin")],
        }
    }

    fn client_data(&self) -> ClientDataExpectation<'_> {
        ClientDataExpectation {
            challenge: &CHALLENGE,
            origins: &self.origins,
            cross_origin: CrossOriginPolicy::Refuse,
        }
    }

    fn register(&self, json: &[u8]) -> VerifiedRegistration {
        let response = RegistrationResponse::parse(json).expect("a response");
        response.check_client_data(&self.client_data()).expect("the client data that is expected");
        let object = response.attestation_object().expect("an attestation object");
        let expected = RegistrationExpectation {
            rp_id: &self.rp_id,
            user_verification: UserVerification::Required,
            user_presence: UserPresence::Required,
            algorithms: &Algorithm::DEFAULT,
            attestation: AttestationPolicy::Any,
            aaguids: AaguidPolicy::ANY,
            extensions: AskedExtensions::NONE,
            now_unix_seconds: 1_800_000_000,
        };
        object.verify(&expected).expect("the registration verifies")
    }

    fn log_in(&self, json: &[u8], registration: &VerifiedRegistration) -> VerifiedAssertion {
        let response = AuthenticationResponse::parse(json).expect("a response");
        response.check_client_data(&self.client_data()).expect("the client data that is expected");
        let expected = AssertionExpectation {
            rp_id: &self.rp_id,
            user_verification: UserVerification::Required,
            public_key: &CredentialPublicKey::new(&*registration.public_key),
            backup_eligible: registration.backup_eligible,
            backup_eligibility_policy: BackupEligibilityPolicy::Strict,
            extensions: AskedExtensions::NONE,
            app_id: None,
        };
        response.verify(&expected).expect("the assertion verifies")
    }
}

/// The options of both ceremonies.
fn options() -> (Value, Value) {
    let challenge = base64url::encode(&CHALLENGE);
    let creation = json!({"publicKey": {
        "rp": {"id": "example.com", "name": "Example"},
        "user": {"id": base64url::encode(&[7; 32]), "name": "kim", "displayName": "Kim"},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    }});
    let request = json!({"publicKey": {
        "challenge": challenge, "rpId": "example.com", "userVerification": "required",
    }});
    (creation, request)
}

fn bytes(value: &Value) -> Vec<u8> {
    base64url::decode(value.as_str().expect("a text")).expect("base64url")
}

/// The public key of a P-256 credential as a point (SEC 1 §2.3.3): the COSE key has each coordinate after the three
/// bytes of its label and its length.
fn point(cose: &[u8]) -> Vec<u8> {
    let (x, y) = (&cose[cose.len() - 67..cose.len() - 35], &cose[cose.len() - 32..]);
    [&[0x04], x, y].concat()
}

fn ceremonies(criterion: &mut Criterion) {
    let party = RelyingParty::new();
    let mut authenticator = Authenticator::new(1);
    let (creation, request) = options();
    let credential = authenticator.create(&creation, ORIGIN).expect("a credential").to_string();
    let registration = party.register(credential.as_bytes());
    let assertion = authenticator.get(&request, ORIGIN).expect("an assertion");

    let response = &assertion["response"];
    let hash = digest::digest(&digest::SHA256, &bytes(&response["clientDataJSON"]));
    let signed = [&bytes(&response["authenticatorData"]), hash.as_ref()].concat();
    let signature = bytes(&response["signature"]);
    let point = point(&registration.public_key);
    let assertion = assertion.to_string();

    let mut group = criterion.benchmark_group("assertion");
    group.bench_function("bare P-256 verification", |bencher| {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point);
        bencher.iter(|| key.verify(black_box(&signed), black_box(&signature)).expect("it verifies"));
    });
    group.bench_function("bare P-256 verification, key parsed before", |bencher| {
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point).expect("a point");
        bencher.iter(|| key.verify_sig(black_box(&signed), black_box(&signature)).expect("it verifies"));
    });
    group.bench_function("JSON to verdict", |bencher| {
        bencher.iter(|| party.log_in(black_box(assertion.as_bytes()), &registration));
    });
    group.bench_function("JSON to response", |bencher| {
        bencher.iter(|| AuthenticationResponse::parse(black_box(assertion.as_bytes())).expect("a response"));
    });
    group.finish();

    let mut group = criterion.benchmark_group("registration");
    group.bench_function("none, JSON to verdict", |bencher| {
        bencher.iter(|| party.register(black_box(credential.as_bytes())));
    });
    group.finish();
}

criterion_group!(benches, ceremonies);
criterion_main!(benches);
