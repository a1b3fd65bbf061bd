//! Changes of the authenticator data.

use aws_lc_rs::digest;
use fastrand::Rng;
use passgate_authenticator::{AuthenticatorData, Flags};

use super::{Ceremony, Edit, one_of};

/// What follows the fixed part where it is said that extensions do: canonical maps first, then what is none.
const EXTENSIONS: [&[u8]; 17] = [
    b"\xa1\x6bcredProtect\x02",
    b"\xa1\x6bhmac-secret\xf5",
    b"\xa2\x6bcredProtect\x03\x6bhmac-secret\xf5",
    b"\xa1\x6cminPinLength\x04",
    b"\xa1\x67unknown\xa1\x61a\x82\x01\x02",
    b"\xa0",
    // The first key again; keys out of order; a length that takes more bytes than it needs; one that is left open.
    b"\xa2\x6bcredProtect\x02\x6bcredProtect\x03",
    b"\xa2\x6bhmac-secret\xf5\x6bcredProtect\x02",
    b"\xa1\x78\x0bcredProtect\x02",
    b"\xbf\x6bcredProtect\x02\xff",
    // An array, a key that is no text, a float, a tag, two maps, half a map, nothing.
    b"\x81\x02",
    b"\xa1\x01\x02",
    b"\xa1\x67unknown\xf9\x3c\x00",
    b"\xa1\x67unknown\xc1\x00",
    b"\xa0\xa0",
    b"\xa1\x6bcredProtect",
    b"",
];

/// A change of the authenticator data, which the signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthenticatorDataChange {
    /// Flips flags.
    FlipFlags(u8),
    /// It is for this RP ID.
    RpId(&'static str),
    /// The RP ID's hash is off by a bit.
    RpIdHash(u8),
    /// The signature counter says this.
    SignCount(u32),
    /// The attested credential data is edited.
    Attested(Edit),
    /// An assertion has attested credential data; its flag is set, or not.
    AttestedAdded(bool),
    /// A registration has none; its flag is cleared, or not.
    AttestedRemoved(bool),
    /// Extension outputs, or what isn't any, with their flag set, or not.
    Extensions(&'static [u8], bool),
}

impl AuthenticatorDataChange {
    pub(crate) fn arbitrary(rng: &mut Rng, ceremony: Ceremony) -> Self {
        match rng.u8(..10) {
            0 | 1 => Self::FlipFlags(1 << rng.u8(..8)),
            2 => Self::FlipFlags(rng.u8(1..)),
            3 => Self::RpId(one_of(
                rng,
                &["example.org", "www.example.com", "EXAMPLE.COM", "com", "https://example.com", ""],
            )),
            4 => Self::RpIdHash(rng.u8(..)),
            5 => Self::SignCount(one_of(rng, &[0, 1, 2, 6, 7, 8, 9, 0x7fff_ffff, 0x8000_0000, u32::MAX])),
            6 | 7 => Self::Extensions(one_of(rng, &EXTENSIONS), rng.u8(..4) != 0),
            _ => match ceremony {
                Ceremony::Registration if rng.u8(..4) == 0 => Self::AttestedRemoved(rng.bool()),
                Ceremony::Registration => Self::Attested(Edit::arbitrary(rng)),
                Ceremony::Assertion => Self::AttestedAdded(rng.bool()),
            },
        }
    }

    pub(super) fn apply(self, data: &mut AuthenticatorData) {
        match self {
            Self::FlipFlags(mask) => data.flags.0 ^= mask,
            Self::RpId(id) => {
                data.rp_id_hash.copy_from_slice(digest::digest(&digest::SHA256, id.as_bytes()).as_ref());
            }
            Self::RpIdHash(bit) => data.rp_id_hash[usize::from(bit / 8)] ^= 1 << (bit % 8),
            Self::SignCount(count) => data.sign_count = count,
            Self::Attested(edit) => edit.apply(&mut data.attested_credential_data),
            Self::AttestedAdded(flag) => {
                // AAGUID, an id of one byte, and an empty map as the key.
                data.attested_credential_data = [&[0; 16][..], &[0, 1, 7, 0xa0]].concat();
                data.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, flag);
            }
            Self::AttestedRemoved(flag) => {
                data.attested_credential_data.clear();
                data.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, !flag);
            }
            Self::Extensions(bytes, flag) => {
                data.extensions = bytes.to_vec();
                data.flags.set(Flags::EXTENSION_DATA, flag);
            }
        }
    }
}
