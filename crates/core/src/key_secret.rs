//! Secrets that we hand out once and keep as a hash: API keys and admin tokens.
//!
//! `<prefix>_<43 characters><6 characters>`: 32 random bytes in base64url, and a checksum by which a mistyped or
//! cut key is told from a revoked one, and by which scanners recognise a leaked key.

use std::fmt;

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::rng::{Rng, random_bytes};

/// The SHA-256 of a secret: what is stored, and what look-ups go by. The secrets are random, so that a plain hash
/// tells nothing of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The hash of a secret as it was presented, of whatever form: imported keys have no prefix.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, presented.as_bytes()).as_ref());
        Self(hash)
    }

    /// A stored hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// A secret in the moment it is made. `Debug` hides it; memory is wiped when it goes.
pub struct KeySecret(Zeroizing<String>);

impl KeySecret {
    /// Makes a new one. `prefix` is a few lower-case letters.
    #[must_use]
    pub fn generate(prefix: &str, rng: &dyn Rng) -> Self {
        let random = Zeroizing::new(random_bytes::<32>(rng));
        let body = Zeroizing::new(BASE64URL_NOPAD.encode(random.as_slice()));
        let unchecked = Zeroizing::new(format!("{prefix}_{}", *body));
        Self(Zeroizing::new(format!("{}{}", *unchecked, checksum(&unchecked))))
    }

    /// The secret, to be shown once.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// What to store.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }

    /// The first characters, by which people tell keys apart: the prefix and 4 of 43 random characters.
    #[must_use]
    pub fn hint(&self) -> String {
        let visible = self.0.find('_').map_or(0, |at| at + 5);
        self.0.chars().take(visible).collect()
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

/// Whether a text that starts like one of our secrets is whole. Says nothing about texts of another form.
#[must_use]
pub fn is_mistyped(presented: &str, prefix: &str) -> bool {
    let Some(rest) = presented.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) else {
        return false;
    };
    if rest.len() != 49 || !rest.is_ascii() {
        return true;
    }
    let (unchecked, sum) = presented.split_at(presented.len() - 6);
    checksum(unchecked) != sum
}

/// The first 6 characters of the SHA-256 in base64url, 36 bits: finds typing errors, proves nothing.
fn checksum(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    BASE64URL_NOPAD.encode(hash.as_ref()).chars().take(6).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SystemRng;

    #[test]
    fn a_new_secret_is_whole_and_a_changed_one_is_not() {
        let secret = KeySecret::generate("pgk", &SystemRng);
        let text = secret.expose_secret();
        assert_eq!(text.len(), 4 + 43 + 6);
        assert!(!is_mistyped(text, "pgk"));
        assert!(is_mistyped(&text[..text.len() - 1], "pgk"));
        let other = if text.ends_with('A') { 'B' } else { 'A' };
        assert!(is_mistyped(&format!("{}{other}", &text[..text.len() - 1]), "pgk"));
    }

    #[test]
    fn an_imported_key_of_another_form_is_not_called_mistyped() {
        assert!(!is_mistyped("a-key-of-another-server==", "pgk"));
    }

    #[test]
    fn debug_output_hides_secret_and_hash() {
        let secret = KeySecret::generate("pgk", &SystemRng);
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "KeySecret(…) KeyHash(…)");
    }

    #[test]
    fn the_hint_shows_the_prefix_and_four_characters() {
        let secret = KeySecret::generate("pgk", &SystemRng);
        assert_eq!(secret.hint(), secret.expose_secret()[..8]);
    }
}
