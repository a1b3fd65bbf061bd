//! `floor`: what the cryptography of a login takes by itself, on one thread. No server can be cheaper that verifies and
//! signs with this library.

use std::fmt;
use std::hint::black_box;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
    KeyPair, Signature, UnparsedPublicKey,
};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// How often each operation is done between two looks at the clock.
const BATCH: usize = 8;
/// How long a load is left alone between two of its.
const PAUSE: Duration = Duration::from_millis(20);
/// How many passkeys there are. Verification branches by its numbers, and processors learn what comes again: with a single
/// signature it took 50 µs instead of 55, which no login does, each of which has another.
const PASSKEYS: usize = 256;

/// CPU times, in microseconds: means, as of a server that is measured over all its time.
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

/// Why making keys and signatures might fail.
const RANDOM: &str = "there is randomness";

/// A login's cryptography, as a server does it.
struct Cryptography {
    random: SystemRandom,
    assertions: Vec<Assertion>,
    signing_key: EcdsaKeyPair,
    challenge_key: hmac::Key,
}

/// What a passkey signed.
struct Assertion {
    /// 37 bytes of authenticator data, 32 of the client data's hash.
    signed: [u8; 69],
    signature: Signature,
    /// As a server has it, which parses it for each login.
    public_key: UnparsedPublicKey<Vec<u8>>,
}

/// Header and claims of a token.
const TOKEN: [u8; 480] = [b'x'; 480];
/// Tenant id and challenge; client data; RP ID.
const HASHED: (&[u8], &[u8], &[u8]) = (&[1; 58], &[2; 170], &[3; 20]);

impl Assertion {
    fn new(random: &SystemRandom) -> Self {
        let passkey = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect(RANDOM);
        let mut signed = [7; 69];
        random.fill(&mut signed[37..]).expect(RANDOM);
        let signature = passkey.sign(random, &signed).expect(RANDOM);
        let public_key = passkey.public_key().as_ref().to_vec();
        Self { signed, signature, public_key: UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_key) }
    }

    fn verify(&self) {
        let Self { signed, signature, public_key } = self;
        public_key.verify(black_box(signed), black_box(signature.as_ref())).expect("it verifies");
    }
}

impl Cryptography {
    fn new() -> Self {
        let random = SystemRandom::new();
        Self {
            assertions: (0..PASSKEYS).map(|_| Assertion::new(&random)).collect(),
            random,
            signing_key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect(RANDOM),
            challenge_key: hmac::Key::new(hmac::HMAC_SHA256, &[9; 32]),
        }
    }

    fn sign(&self) {
        black_box(self.signing_key.sign(&self.random, black_box(&TOKEN)).expect(RANDOM));
    }

    fn hash(&self) {
        let (challenge, client_data, rp_id) = HASHED;
        for _ in 0..2 {
            black_box(hmac::sign(&self.challenge_key, black_box(challenge)));
        }
        black_box(digest::digest(&SHA256, black_box(client_data)));
        black_box(digest::digest(&SHA256, black_box(rp_id)));
    }

    /// All of it for each of these, and what one takes, in microseconds.
    fn measure(&self, assertions: &[Assertion]) -> [f64; 3] {
        [
            mean(assertions, Assertion::verify),
            mean(assertions, |_| self.sign()),
            mean(assertions, |_| self.hash()),
        ]
    }

    /// Measures batch after batch, as long as `go_on` says so after each: all three in turn, so that what else the
    /// machine does hits each.
    fn measure_while(&self, mut go_on: impl FnMut() -> bool) -> Floor {
        let (mut sums, mut batches) = ([0.0; 3], 0.0);
        for batch in self.assertions.chunks(BATCH).cycle() {
            // What this needs of the caches is theirs again, as it is of a server that does nothing else.
            self.measure(&batch[..1]);
            for (sum, took) in sums.iter_mut().zip(self.measure(batch)) {
                *sum += took;
            }
            batches += 1.0;
            if !go_on() {
                break;
            }
        }
        let [verify_us, sign_us, hashes_us] = sums.map(|sum| sum / batches);
        Floor { verify_us, sign_us, hashes_us, total_us: verify_us + sign_us + hashes_us }
    }
}

impl fmt::Display for Floor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verify_us, sign_us, hashes_us, total_us } = self;
        write!(
            f,
            "verification {verify_us:.1} µs, signature {sign_us:.1} µs, hashes {hashes_us:.1} µs: \
             {total_us:.1} µs"
        )
    }
}

/// Measures for so long, with nothing in between.
pub(crate) fn measure(time: Duration) -> Floor {
    let begun = Instant::now();
    Cryptography::new().measure_while(|| begun.elapsed() < time)
}

/// Measures while work is done, with three hundredths of a core's time: on the cores that the work uses, while whoever
/// shares those with this machine slows both.
pub(crate) fn measure_beside<T>(work: impl FnOnce() -> T) -> (T, Floor) {
    thread::scope(|scope| {
        let (working, until_done) = mpsc::channel::<()>();
        let measuring = scope.spawn(move || {
            let go_on = || until_done.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout);
            Cryptography::new().measure_while(go_on)
        });
        let done = work();
        drop(working);
        (done, measuring.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// What one takes, in microseconds: of CPU, so that it doesn't count if the thread has to wait for one.
fn mean(assertions: &[Assertion], operation: impl Fn(&Assertion)) -> f64 {
    let mut count = 0.0;
    let begun = thread_cpu_nanos();
    for assertion in assertions {
        operation(assertion);
        count += 1.0;
    }
    let taken = Duration::from_nanos(thread_cpu_nanos().saturating_sub(begun));
    taken.as_secs_f64() * 1e6 / count
}

fn thread_cpu_nanos() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Neither is ever negative.
    let [seconds, nanos] = [time.tv_sec, time.tv_nsec].map(|part| u64::try_from(part).unwrap_or_default());
    seconds * 1_000_000_000 + nanos
}
