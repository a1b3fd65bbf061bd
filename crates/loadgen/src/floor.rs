//! `floor`: what the cryptography of a login takes by itself, on one thread. No server can be cheaper that verifies and
//! signs with this library.

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
    KeyPair, UnparsedPublicKey,
};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// How often each operation is done between two looks at the clock.
const BATCH: u32 = 200;

/// CPU times, in microseconds: the median batch's.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Floor {
    /// One verification of an assertion's signature, ECDSA on P-256 with SHA-256.
    pub verify_us: f64,
    /// One signature of a token, ES256.
    pub sign_us: f64,
    /// The hashes of a login: the challenge's tag twice (HMAC-SHA-256), SHA-256 of client data and of the RP ID.
    pub hashes_us: f64,
    /// All of it.
    pub total_us: f64,
}

/// Measures for so long, all three in turn, so that what else the machine does hits each.
pub(crate) fn measure(time: Duration) -> Floor {
    let random = SystemRandom::new();
    // Fail for want of randomness only.
    let passkey = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key pair");
    let signing_key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair");
    // 37 bytes of authenticator data, 32 of the client data's hash.
    let signed = [7; 69];
    let signature = passkey.sign(&random, &signed).expect("a signature");
    // As a server has it, which parses it for each login.
    let public_key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, passkey.public_key().as_ref());
    // Header and claims of a token.
    let token = [b'x'; 480];
    let challenge_key = hmac::Key::new(hmac::HMAC_SHA256, &[9; 32]);
    // Tenant id and challenge; client data; RP ID.
    let (challenge, client_data, rp_id) = ([1; 58], [2; 170], [3; 20]);

    let mut samples = [const { Vec::new() }; 3];
    let begun = Instant::now();
    while begun.elapsed() < time || samples[0].is_empty() {
        samples[0].push(batch(|| {
            public_key.verify(black_box(&signed), black_box(signature.as_ref())).expect("it verifies");
        }));
        samples[1].push(batch(|| {
            black_box(signing_key.sign(&random, black_box(&token)).expect("a signature"));
        }));
        samples[2].push(batch(|| {
            for _ in 0..2 {
                black_box(hmac::sign(&challenge_key, black_box(&challenge)));
            }
            black_box(digest::digest(&SHA256, black_box(&client_data)));
            black_box(digest::digest(&SHA256, black_box(&rp_id)));
        }));
    }
    let [verify_us, sign_us, hashes_us] = samples.map(median);
    Floor { verify_us, sign_us, hashes_us, total_us: verify_us + sign_us + hashes_us }
}

/// What one of a batch takes, in microseconds: of CPU, so that it doesn't count if the thread has to wait for one.
fn batch(mut operation: impl FnMut()) -> f64 {
    let begun = thread_cpu_nanos();
    for _ in 0..BATCH {
        operation();
    }
    let taken = Duration::from_nanos(thread_cpu_nanos().saturating_sub(begun));
    taken.as_secs_f64() * 1e6 / f64::from(BATCH)
}

fn thread_cpu_nanos() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Neither is ever negative.
    let [seconds, nanos] = [time.tv_sec, time.tv_nsec].map(|part| u64::try_from(part).unwrap_or_default());
    seconds * 1_000_000_000 + nanos
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_unstable_by(f64::total_cmp);
    samples[samples.len() / 2]
}
