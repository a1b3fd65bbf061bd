//! What model an authenticator says it is (§6.5.1, `aaguid`).

use std::fmt;

use uuid::Uuid;

/// An Authenticator Attestation GUID; all zero where the authenticator doesn't say. Unproven unless the
/// attestation was verified against a trusted root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aaguid([u8; 16]);

impl Aaguid {
    /// The AAGUID of an authenticator that doesn't say what it is.
    pub const ZERO: Self = Self([0; 16]);

    /// Takes the 16 bytes in the order of the authenticator data.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes in the order of the authenticator data.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

/// Which models may register, by what they say they are.
///
/// An AAGUID is proven only by an attestation that is traced to its vendor: where the policy is neither
/// [`AttestationPolicy::Trusted`] nor [`AttestationPolicy::Metadata`], this keeps out the honest alone. A U2F key has
/// none, and counts as [`Aaguid::ZERO`].
///
/// [`AttestationPolicy::Trusted`]: crate::AttestationPolicy::Trusted
/// [`AttestationPolicy::Metadata`]: crate::AttestationPolicy::Metadata
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AaguidPolicy<'a> {
    /// Only these; `None` for all.
    pub allowed: Option<&'a [Aaguid]>,
    /// None of these, even if they are allowed.
    pub denied: &'a [Aaguid],
}

impl AaguidPolicy<'static> {
    /// Every model.
    pub const ANY: Self = Self { allowed: None, denied: &[] };
}

#[cfg(test)]
mod tests {
    use super::Aaguid;

    #[test]
    fn an_aaguid_is_shown_as_a_uuid() {
        let aaguid = Aaguid::from_bytes(0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd_u128.to_be_bytes());
        assert_eq!(aaguid.to_string(), "fbfc3007-154e-4ecc-8c0b-6e020557d7bd");
        assert_eq!(Aaguid::ZERO.to_string(), "00000000-0000-0000-0000-000000000000");
    }
}
