//! The domain that credentials are scoped to (§4, "RP ID").

use std::fmt;

use aws_lc_rs::digest;

use crate::{
    Origin,
    host::{self, HostError},
};

/// A relying party identifier, with the hash of it that authenticator data carries.
///
/// Whether it is a public suffix (`com`, `co.uk`), which no page below it may use, is
/// [`is_public_suffix`](crate::is_public_suffix)'s to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RpId {
    id: String,
    hash: [u8; 32],
}

/// Why a text is not an RP ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the RP ID is a domain, without scheme and port: {0}")]
pub struct RpIdError(#[from] HostError);

impl RpId {
    /// Reads an RP ID as an operator writes it, and lower-cases it.
    ///
    /// ```
    /// use passgate_webauthn::{Origin, RpId};
    ///
    /// let rp_id = RpId::parse("example.com").expect("a domain");
    /// assert!(rp_id.accepts(&Origin::parse("https://login.example.com").expect("an origin")));
    /// ```
    pub fn parse(text: &str) -> Result<Self, RpIdError> {
        let id = host::normalise(text)?;
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, id.as_bytes()).as_ref());
        Ok(Self { id, hash })
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// Its SHA-256, which authenticator data begins with.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Whether a page of this origin may use this RP ID: its host is the RP ID or below it (§5.1.3 step 8).
    /// For checks of a configuration; an Android app has no host and is accepted.
    ///
    /// An origin outside of it can still work, by [`RelatedOrigins`](crate::RelatedOrigins).
    #[must_use]
    pub fn accepts(&self, origin: &Origin) -> bool {
        origin.host().is_none_or(|host| {
            host == self.id || host.strip_suffix(&self.id).is_some_and(|rest| rest.ends_with('.'))
        })
    }
}

impl fmt::Display for RpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::RpId;
    use crate::Origin;

    #[test]
    fn an_rp_id_is_a_domain() {
        assert_eq!(RpId::parse("Example.Com").unwrap().as_str(), "example.com");
        for text in ["https://example.com", "example.com:443", "127.0.0.1", "", "*.example.com"] {
            assert!(RpId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_hash_is_of_the_normalised_form() {
        assert_eq!(RpId::parse("EXAMPLE.org").unwrap().hash(), RpId::parse("example.org").unwrap().hash());
        // The hash that every vector of the specification carries, from §16.
        assert_eq!(RpId::parse("example.org").unwrap().hash()[..4], [0xbf, 0xab, 0xc3, 0x74]);
    }

    #[test]
    fn origins_at_and_below_the_rp_id_are_accepted() {
        let rp_id = RpId::parse("example.com").unwrap();
        for (origin, accepted) in [
            ("https://example.com", true),
            ("https://example.com:8443", true),
            ("https://a.b.example.com", true),
            ("https://notexample.com", false),
            ("https://com", false),
            ("https://example.com.evil.net", false),
            ("android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true),
        ] {
            assert_eq!(rp_id.accepts(&Origin::parse(origin).unwrap()), accepted, "{origin}");
        }
    }
}
