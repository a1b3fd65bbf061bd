//! Both ceremonies, from JSON to verdict, beside the others and a bare verification of the same signature.
//!
//! What can be made before a response comes isn't timed: the others' states, and their credentials as they keep them in
//! memory. Ours reads the stored public key each time.

use std::hint::black_box;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use criterion::{BatchSize, Criterion};
use passgate_authenticator::Authenticator;
use passgate_webauthn::base64url;
use passgate_webauthn_differential::{
    expected::{Expected, ORIGIN, UserVerification},
    verifier::{Passgate, Verifier, WebauthnRp, WebauthnRs},
};
use serde_json::Value;

const EXPECTED: Expected =
    Expected { challenge: *b"sixteen bytes of", user_verification: UserVerification::Required };

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut authenticator = Authenticator::new(1);
    let registration = authenticator.create(&EXPECTED.creation_options(-7), ORIGIN).expect("a credential");
    let assertion = authenticator.get(&EXPECTED.request_options(), ORIGIN).expect("an assertion");
    register(&mut criterion, registration.to_string().as_bytes());
    authenticate(&mut criterion, registration.to_string().as_bytes(), &assertion);
    criterion.final_summary();
}

fn register(criterion: &mut Criterion, json: &[u8]) {
    let (passgate, core, rp) = (Passgate::default(), WebauthnRs::default(), WebauthnRp::default());
    let mut group = criterion.benchmark_group("registration with `none`");
    group.bench_function("passgate", |bencher| {
        bencher.iter(|| passgate.verify_registration(&EXPECTED, black_box(json)).expect("it is accepted"));
    });
    let state = core.registration_state(&EXPECTED);
    group.bench_function("webauthn-rs-core", |bencher| {
        bencher.iter(|| core.register_with(&state, black_box(json)).expect("it is accepted"));
    });
    group.bench_function("webauthn_rp", |bencher| {
        bencher.iter_batched(
            || rp.registration_state(&EXPECTED),
            |state| rp.register_with(state, black_box(json)).expect("it is accepted"),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn authenticate(criterion: &mut Criterion, registration: &[u8], assertion: &Value) {
    let (passgate, core, rp) = (Passgate::default(), WebauthnRs::default(), WebauthnRp::default());
    let text = assertion.to_string();
    let json = text.as_bytes();
    let mut group = criterion.benchmark_group("assertion");

    let ours = passgate.register(&EXPECTED, registration).expect("it is accepted");
    let point = [&[0x04][..], &ours.facts.public_key.concat()].concat();
    let (signed, signature) = signed(assertion);
    group.bench_function("bare signature", |bencher| {
        bencher.iter(|| {
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, black_box(&point));
            key.verify(black_box(&signed), black_box(&signature)).expect("it is a signature");
        });
    });
    group.bench_function("passgate", |bencher| {
        bencher.iter(|| {
            passgate.authenticate(&EXPECTED, &ours.credential, black_box(json)).expect("it is accepted")
        });
    });
    let theirs = core.register(&EXPECTED, registration).expect("it is accepted");
    let state = core.authentication_state(&EXPECTED, &theirs.credential);
    group.bench_function("webauthn-rs-core", |bencher| {
        bencher.iter(|| core.authenticate_with(&state, black_box(json)).expect("it is accepted"));
    });
    let theirs = rp.register(&EXPECTED, registration).expect("it is accepted").credential;
    group.bench_function("webauthn_rp", |bencher| {
        bencher.iter_batched(
            || (rp.authentication_state(&EXPECTED, &theirs), rp.read(&theirs)),
            |(state, credential)| {
                rp.authenticate_with(state, credential, black_box(json)).expect("it is accepted")
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// What was signed, and the signature.
fn signed(assertion: &Value) -> (Vec<u8>, Vec<u8>) {
    let bytes = |member: &str| {
        let text = assertion["response"][member].as_str().expect("a text");
        base64url::decode(text).expect("base64url")
    };
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes("clientDataJSON"));
    ([&bytes("authenticatorData"), hash.as_ref()].concat(), bytes("signature"))
}
