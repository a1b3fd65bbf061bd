//! Bytes that follow from a seed.

use aws_lc_rs::digest;

/// A stream of bytes that look random: SHA-256 over seed and position.
#[derive(Debug, Clone)]
pub(crate) struct Seed {
    seed: u64,
    position: u64,
}

impl Seed {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed, position: 0 }
    }

    /// The next `N` bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let mut input = *b"passgate authenticator..........";
            input[16..24].copy_from_slice(&self.seed.to_be_bytes());
            input[24..].copy_from_slice(&self.position.to_be_bytes());
            self.position += 1;
            let block = digest::digest(&digest::SHA256, &input);
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}
