//! Recovery codes: what lets an operator in who has lost every passkey.

use std::fmt;

use zeroize::Zeroizing;

use crate::key_secret::KeyHash;
use crate::rng::{Rng, random_bytes};

/// How many codes an operator is given at once.
pub const RECOVERY_CODES: usize = 10;

/// 32 characters that are hard to confuse (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many characters a code has: 80 bits.
const LENGTH: usize = 16;

/// A code in the moment it is made: four groups of four characters. `Debug` hides it.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// Makes a new one.
    #[must_use]
    pub fn generate(rng: &dyn Rng) -> Self {
        let bytes = Zeroizing::new(random_bytes::<LENGTH>(rng));
        let mut code = Zeroizing::new(String::with_capacity(LENGTH + 3));
        for (place, byte) in bytes.iter().enumerate() {
            if place > 0 && place % 4 == 0 {
                code.push('-');
            }
            // 32 divides 256, so each character is as likely as any other.
            code.push(char::from(ALPHABET[usize::from(byte % 32)]));
        }
        Self(code)
    }

    /// The code, to be shown once.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// What to store.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        Self::hash_of(&self.0)
    }

    /// The hash of a code as a person typed it: case, space and dashes make no difference, nor do letters that are taken
    /// for digits.
    #[must_use]
    pub fn hash_of(typed: &str) -> KeyHash {
        let mut plain = Zeroizing::new(String::with_capacity(LENGTH));
        for char in typed.chars().filter(|char| !char.is_whitespace() && *char != '-').take(2 * LENGTH) {
            plain.push(match char.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            });
        }
        KeyHash::of(&plain)
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SystemRng;

    #[test]
    fn a_code_is_four_groups_of_four() {
        let code = RecoveryCode::generate(&SystemRng);
        let groups: Vec<_> = code.expose_secret().split('-').collect();
        assert_eq!(groups.len(), 4);
        assert!(groups.iter().all(|group| group.len() == 4));
        assert_eq!(format!("{code:?}"), "RecoveryCode(…)");
    }

    #[test]
    fn a_code_may_be_typed_as_people_do() {
        let hash = RecoveryCode::hash_of("01AB-CDEF-GHJK-MNPQ");
        assert_eq!(RecoveryCode::hash_of(" olab cdef ghjk mnpq "), hash);
        assert_ne!(RecoveryCode::hash_of("01AB-CDEF-GHJK-MNPR"), hash);
    }
}
