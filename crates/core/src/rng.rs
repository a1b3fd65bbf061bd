//! Randomness, passed in.

use std::cell::RefCell;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

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
///
/// aws-lc stirs fresh entropy into each call, which takes half a microsecond however few bytes are asked for, and a login
/// asks five times. So each thread fetches some ahead, and forgets them as it hands them out.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

/// How many bytes are fetched at once.
const AHEAD: usize = 256;
/// What is longer is fetched by itself.
const SHORT: usize = 32;

struct Ahead {
    bytes: Zeroizing<[u8; AHEAD]>,
    used: usize,
}

thread_local! {
    static FETCHED: RefCell<Ahead> = RefCell::new(Ahead { bytes: Zeroizing::new([0; AHEAD]), used: AHEAD });
}

impl Rng for SystemRng {
    /// # Panics
    /// If the operating system has no randomness to give: nothing that follows could be safe.
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > SHORT {
            return fetch(bytes);
        }
        FETCHED.with_borrow_mut(|Ahead { bytes: fetched, used }| {
            if fetched.len() - *used < bytes.len() {
                fetch(&mut fetched[..]);
                *used = 0;
            }
            let taken = &mut fetched[*used..*used + bytes.len()];
            bytes.copy_from_slice(taken);
            taken.zeroize();
            *used += bytes.len();
        });
    }
}

fn fetch(bytes: &mut [u8]) {
    SystemRandom::new().fill(bytes).expect("the operating system provides randomness");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_byte_is_handed_out_twice() {
        // Sixteen bytes that are random do not repeat; those of one fetch would, if its place were not kept.
        let ids: HashSet<[u8; 16]> = (0..1_000).map(|_| random_bytes(&SystemRng)).collect();
        assert_eq!(ids.len(), 1_000);
        let mixed: HashSet<Vec<u8>> = (0..1_000)
            .map(|n| {
                let mut bytes = vec![0; 12 + n % 40];
                SystemRng.fill(&mut bytes);
                bytes.truncate(12);
                bytes
            })
            .collect();
        assert_eq!(mixed.len(), 1_000);
    }

    #[test]
    fn what_was_handed_out_is_forgotten() {
        let handed_out: [u8; 16] = random_bytes(&SystemRng);
        FETCHED.with_borrow(|ahead| {
            assert!(ahead.bytes[..ahead.used].iter().all(|byte| *byte == 0));
            assert!(ahead.bytes.windows(16).all(|window| window != handed_out));
        });
    }
}
