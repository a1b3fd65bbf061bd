//! Randomness, passed in.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

/// A source of random bytes. Everything that needs them takes one of these, so that tests can seed it.
pub trait Rng: Send + Sync + 'static {
    /// Overwrites `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// Random bytes in an array.
#[must_use]
pub fn random_bytes<const N: usize>(rng: &(impl Rng + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill(&mut bytes);
    bytes
}

/// A version 4 UUID.
#[must_use]
pub fn random_uuid(rng: &(impl Rng + ?Sized)) -> Uuid {
    uuid::Builder::from_random_bytes(random_bytes(rng)).into_uuid()
}

/// The operating system's generator, through aws-lc.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    /// # Panics
    /// If the operating system has no randomness to give: nothing that follows could be safe.
    fn fill(&self, bytes: &mut [u8]) {
        SystemRandom::new().fill(bytes).expect("the operating system provides randomness");
    }
}
