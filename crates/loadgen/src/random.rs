//! Choices that need to look random and to cost nothing.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// A counter, mixed as `SplitMix64` does.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// A sequence that differs from run to run.
    pub(crate) fn new() -> Self {
        let mut seed = [0; 8];
        SystemRandom::new().fill(&mut seed).expect("the operating system provides randomness");
        Self(u64::from_le_bytes(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; none below 0.
    pub(crate) fn below(&mut self, bound: u64) -> Option<u64> {
        // The bias of the remainder is below a millionth for any count of accounts.
        self.next().checked_rem(bound)
    }
}
