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

/// The name under which people know an authenticator, for the few that most passkeys are kept in.
#[must_use]
pub fn authenticator_name(aaguid: Aaguid) -> Option<&'static str> {
    Some(match u128::from_be_bytes(aaguid.0) {
        0x08987058_cadc_4b81_b6e1_30de50dcbe96
        | 0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9
        | 0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2 => "Windows Hello",
        0x0ea242b4_43c4_4a1b_8b17_dd6d0b6baec6 => "Keeper",
        0x50726f74_6f6e_5061_7373_50726f746f6e => "Proton Pass",
        0x531126d6_e717_415c_9320_3d9aa6981239 => "Dashlane",
        0x53414d53_554e_4700_0000_000000000000 => "Samsung Pass",
        0x771b48fd_d3d4_4f74_9232_fc157ab0507a => "Edge on Mac",
        0xadce0002_35bc_c60a_648b_0b25f1f05503 => "Chrome on Mac",
        0xb78a0a55_6ef8_d246_a042_ba0f6d55050c => "LastPass",
        0xb84e4048_15dc_4dd0_8640_f4f60813c8af => "NordPass",
        0xbada5566_a7aa_401f_bd96_45619a55120d => "1Password",
        0xd548826e_79b4_db40_a3d8_11116f7e8349 => "Bitwarden",
        0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4 => "Google Password Manager",
        0xf3809540_7f14_49c1_a8b3_8f813b225541 => "Enpass",
        0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd => "iCloud Keychain",
        0xfdb141b2_5d84_443e_8a35_4698c205a502 => "KeePassXC",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Aaguid, authenticator_name};

    #[test]
    fn an_aaguid_is_shown_as_a_uuid() {
        let aaguid = Aaguid::from_bytes(0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd_u128.to_be_bytes());
        assert_eq!(aaguid.to_string(), "fbfc3007-154e-4ecc-8c0b-6e020557d7bd");
        assert_eq!(Aaguid::ZERO.to_string(), "00000000-0000-0000-0000-000000000000");
    }

    #[test]
    fn known_authenticators_have_a_name_and_others_none() {
        let known = Aaguid::from_bytes(0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd_u128.to_be_bytes());
        assert_eq!(authenticator_name(known), Some("iCloud Keychain"));
        assert_eq!(authenticator_name(Aaguid::ZERO), None);
    }
}
