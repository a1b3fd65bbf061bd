//! Changes of a new credential's public key.

use fastrand::Rng;
use passgate_authenticator::{Algorithm, Cbor};

use super::{Edit, one_of};

/// A change of the COSE key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKeyChange {
    /// A label has this integer.
    Integer(i64, i64),
    /// A label is missing.
    Missing(i64),
    /// The bytes of a label are edited.
    Bytes(i64, Edit),
    /// The bytes of a label are these.
    Is(i64, Vec<u8>),
    /// The bytes of a label come after a zero.
    LeadingZero(i64),
    /// `y` is the sign of a compressed point.
    Compressed(bool),
    /// A further label.
    Further(i64),
    /// A label that is a text.
    FurtherText,
    /// The first label comes again.
    Repeated,
    /// The labels come the other way round.
    Reordered,
    /// `kty` takes more bytes than it needs.
    NotMinimal,
    /// The map doesn't say its length at its start.
    Indefinite,
    /// The whole is in a tag.
    Tagged,
    /// No map.
    Array,
}

impl PublicKeyChange {
    pub(crate) fn arbitrary(rng: &mut Rng, algorithm: Algorithm) -> Self {
        let is_rsa = matches!(
            algorithm,
            Algorithm::Rs256
                | Algorithm::Rs384
                | Algorithm::Rs512
                | Algorithm::Ps256
                | Algorithm::Ps384
                | Algorithm::Ps512
        );
        match rng.u8(..12) {
            0 => Self::Integer(1, one_of(rng, &[0, 1, 2, 3, 4, 5, 7, -1, 1_000])),
            1 => Self::Integer(
                3,
                one_of(
                    rng,
                    &[-7, -8, -9, -19, -35, -36, -37, -47, -48, -53, -257, -258, -259, -65_535, 0, 7],
                ),
            ),
            2 if !is_rsa => Self::Integer(-1, one_of(rng, &[0, 1, 2, 3, 4, 6, 7, 8])),
            2 => Self::Is(
                -2,
                one_of(
                    rng,
                    &[&[1][..], &[3], &[0], &[2], &[0x11], &[1, 0, 1, 0, 1], &[0, 1, 0, 1], &[0xff; 4], &[]],
                )
                .to_vec(),
            ),
            3 => Self::Missing(one_of(rng, &[1, 3, -1, -2, -3])),
            4 | 5 => Self::Bytes(one_of(rng, &[-1, -2, -3]), Edit::arbitrary(rng)),
            6 => {
                let label = if is_rsa { -1 } else { one_of(rng, &[-2, -3]) };
                let length = one_of(rng, &[0, 1, 31, 32, 33, 48, 66, 128, 255, 256, 257, 512, 1024, 1025]);
                Self::Is(label, vec![one_of(rng, &[0, 1, 0xff]); length])
            }
            7 => Self::LeadingZero(one_of(rng, &[-1, -2, -3])),
            8 => Self::Compressed(rng.bool()),
            9 => Self::Further(one_of(rng, &[2, 4, 5, -4, -70_000])),
            10 => one_of(rng, &[&Self::FurtherText, &Self::Repeated, &Self::Reordered]).clone(),
            _ => one_of(rng, &[&Self::NotMinimal, &Self::Indefinite, &Self::Tagged, &Self::Array]).clone(),
        }
    }

    pub(super) fn apply(&self, key: &mut Cbor) {
        if !matches!(key, Cbor::Map(_)) {
            return;
        }
        match self {
            Self::Integer(label, value) => key.set(*label, Cbor::Int(*value)),
            Self::Missing(label) => key.remove(*label),
            Self::Bytes(label, edit) => change_bytes(key, *label, |bytes| edit.apply(bytes)),
            Self::Is(label, value) => key.set(*label, Cbor::Bytes(value.clone())),
            Self::LeadingZero(label) => change_bytes(key, *label, |bytes| bytes.insert(0, 0)),
            Self::Compressed(sign) => key.set(-3, Cbor::Bool(*sign)),
            Self::Further(label) => key.set(*label, Cbor::Int(2)),
            Self::FurtherText => key.set("further", Cbor::Int(2)),
            Self::Repeated => {
                if let Some(first) = key.entries().first().cloned() {
                    key.entries().insert(0, first);
                }
            }
            Self::Reordered => key.entries().reverse(),
            Self::NotMinimal => key.set(1, Cbor::Raw(vec![0x18, 0x02])),
            Self::Indefinite => {
                let mut encoded = key.encode();
                encoded[0] = 0xbf;
                encoded.push(0xff);
                *key = Cbor::Raw(encoded);
            }
            Self::Tagged => *key = Cbor::Raw([&[0xc1], &key.encode()[..]].concat()),
            Self::Array => {
                let values = key.entries().iter().map(|(_, value)| value.clone()).collect();
                *key = Cbor::Array(values);
            }
        }
    }
}

fn change_bytes(key: &mut Cbor, label: i64, change: impl FnOnce(&mut Vec<u8>)) {
    let entry = key.entries().iter_mut().find(|(name, _)| *name == Cbor::Int(label));
    if let Some((_, Cbor::Bytes(bytes))) = entry {
        change(bytes);
    }
}
