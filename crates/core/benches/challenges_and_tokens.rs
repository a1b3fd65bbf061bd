//! What a login computes beside its verification: a challenge sealed and opened, and a token signed.
//!
//! `cargo bench -p passgate-core` on a machine with nothing else to do.

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use criterion::{Criterion, criterion_group, criterion_main};
use passgate_core::challenge::{Challenge, ChallengePolicy, Purpose};
use passgate_core::clock::Timestamp;
use passgate_core::ids::{CredentialId, TenantId};
use passgate_core::rng::SystemRng;
use passgate_core::server_secret::{Secrets, ServerSecret};
use passgate_core::signing_key::{SigningAlgorithm, SigningKey};
use passgate_core::text::Text;
use passgate_core::token::{self, TokenFacts, TokenPurpose};
use passgate_core::user::AppUserId;
use passgate_webauthn::extensions::AskedExtensions;
use passgate_webauthn::options::UserVerification;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn secret() -> ServerSecret {
    ServerSecret::parse(&ServerSecret::generate(&SystemRng)).expect("a secret that was just made")
}

fn challenges(criterion: &mut Criterion) {
    let (tenant, secrets) = (TenantId::new(Uuid::from_u128(7)), Secrets::new(secret(), vec![]));
    let policy = ChallengePolicy::present(UserVerification::Required, AskedExtensions::NONE);
    let make = || {
        let expires_at = NOW + Duration::from_hours(1);
        Challenge::new(Purpose::DiscoverableLogin, policy, expires_at, None, &SystemRng)
    };
    let sealed = make().seal(tenant, &secrets);
    let accepted = [Purpose::DiscoverableLogin, Purpose::UserLogin];
    let open = |bytes: &[u8], secrets: &Secrets| Challenge::open(bytes, tenant, &accepted, NOW, secrets);

    let mut group = criterion.benchmark_group("challenge");
    group
        .bench_function("make and seal", |bencher| bencher.iter(|| black_box(make()).seal(tenant, &secrets)));
    group.bench_function("open", |bencher| {
        bencher.iter(|| open(black_box(sealed.as_bytes()), &secrets).expect("it is ours"));
    });
    let rotated = Secrets::new(secret(), vec![secret(), secret()]);
    group.bench_function("refuse, with two previous secrets", |bencher| {
        bencher.iter(|| open(black_box(sealed.as_bytes()), &rotated).expect_err("it is another's"));
    });
    group.finish();
}

fn tokens(criterion: &mut Criterion) {
    let (tenant, secrets) = (TenantId::new(Uuid::from_u128(7)), Secrets::new(secret(), vec![]));
    let user = AppUserId::new("0b8e6f6e-5f0a-4c53-a3a4-9d4b0c2c7f11").expect("an id");
    let credential = CredentialId::new(&[7; 32]).expect("an id");
    let facts = TokenFacts {
        issuer: "https://passkeys.example.com/7e4a0000-0000-4000-8000-000000000000",
        rp_id: "example.com",
        user: &user,
        credential: &credential,
        purpose: TokenPurpose::Login,
        transaction: None,
        user_verified: true,
        token_id: Uuid::from_u128(9),
        issued_at: NOW,
    };
    let mut group = criterion.benchmark_group("token");
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::Rs256] {
        let name = Text::new("bench").expect("a name");
        let sealed = SigningKey::generate(tenant, algorithm, name, NOW, NOW, &secrets, &SystemRng);
        let key = SigningKey::load(&sealed, &secrets).expect("a key that was just made");
        group.bench_function(algorithm.as_str(), |bencher| {
            bencher.iter(|| token::issue(black_box(&key), black_box(&facts)).expect("it signs"));
        });
    }
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair");
    let (random, message) = (SystemRandom::new(), [b'x'; 480]);
    group.bench_function("bare ES256 signature", |bencher| {
        bencher.iter(|| pair.sign(&random, black_box(&message)).expect("it signs"));
    });
    group.finish();
}

criterion_group!(benches, challenges, tokens);
criterion_main!(benches);
