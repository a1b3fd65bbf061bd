//! The secret that an endpoint's receiver shares with Passgate.

use std::fmt;

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use passgate_core::rng::{Rng, random_bytes};
use zeroize::Zeroizing;

/// What the text form starts with.
const PREFIX: &str = "whsec_";

/// A symmetric secret of Standard Webhooks (specification 1.0.0, "Symmetric" under "Signature scheme"): 24 to 64
/// random bytes. `Debug` hides it; memory is wiped when it goes.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

/// A text or byte string is no signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is `whsec_` and 24 to 64 random bytes in base64")]
pub struct InvalidSigningSecret;

impl SigningSecret {
    /// The fewest bytes that the specification allows.
    pub const MIN_LENGTH: usize = 24;
    /// The most bytes that the specification allows.
    pub const MAX_LENGTH: usize = 64;

    /// Makes a new one, of 32 bytes: as many as the signature has.
    #[must_use]
    pub fn generate(rng: &dyn Rng) -> Self {
        Self(Zeroizing::new(Zeroizing::new(random_bytes::<32>(rng)).to_vec()))
    }

    /// The bytes as they were sealed.
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Result<Self, InvalidSigningSecret> {
        if (Self::MIN_LENGTH..=Self::MAX_LENGTH).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(InvalidSigningSecret)
        }
    }

    /// Parses the text form, whose prefix must be there.
    pub fn parse(text: &str) -> Result<Self, InvalidSigningSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(InvalidSigningSecret)?;
        let bytes = BASE64.decode(encoded.as_bytes()).map_err(|_| InvalidSigningSecret)?;
        Self::from_bytes(Zeroizing::new(bytes))
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text form, to be shown to the tenant's developer.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", *Zeroizing::new(BASE64.encode(&self.0))))
    }

    pub(crate) fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use passgate_core::rng::SystemRng;

    use super::*;

    #[test]
    fn a_new_secret_survives_its_text_form() {
        let secret = SigningSecret::generate(&SystemRng);
        let text = secret.expose_secret();
        assert_eq!((&text[..6], text.len()), ("whsec_", 6 + 44));
        assert_eq!(SigningSecret::parse(&text), Ok(secret.clone()));
        assert_eq!(SigningSecret::from_bytes(Zeroizing::new(secret.expose_bytes().to_vec())), Ok(secret));
    }

    #[test]
    fn a_secret_has_24_to_64_bytes() {
        for (length, is_one) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
            let text = format!("whsec_{}", BASE64.encode(&vec![7; length]));
            assert_eq!(SigningSecret::parse(&text).is_ok(), is_one, "{length} bytes");
        }
    }

    #[test]
    fn a_text_without_the_prefix_or_of_another_alphabet_is_none() {
        let body = BASE64.encode(&[0xff; 24]);
        for text in [
            body.clone(),
            format!("whsk_{body}"),
            format!("whsec_{}", body.replace('/', "_")),
            "whsec_".to_owned(),
        ] {
            assert_eq!(SigningSecret::parse(&text), Err(InvalidSigningSecret), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_it() {
        assert_eq!(format!("{:?}", SigningSecret::generate(&SystemRng)), "SigningSecret(…)");
    }
}
