//! Changes of the attestation object, which the client puts together.

use fastrand::Rng;
use passgate_authenticator::Cbor;

use super::{Edit, one_of};

/// A change of the attestation object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttestationObjectChange {
    /// The members come in another order.
    Reordered,
    /// A member is missing.
    Missing(&'static str),
    /// A member that nothing knows.
    Further,
    /// A member comes again.
    Repeated(&'static str),
    /// It is of this format.
    Format(&'static str),
    /// The statement is an empty map.
    EmptyStatement,
    /// The statement has a member more.
    FurtherInStatement,
    /// The statement lacks a member, if it has it.
    MissingInStatement(&'static str),
    /// The statement names this algorithm.
    StatementAlgorithm(i64),
    /// The statement is no map.
    StatementArray,
    /// `fmt` is a byte string.
    FormatBytes,
    /// `authData` is a text.
    DataText,
    /// The map doesn't say its length at its start.
    Indefinite,
    /// The map's length takes a byte more than it needs.
    NotMinimal,
    /// The whole is in a tag.
    Tagged,
    /// Its bytes are edited.
    Bytes(Edit),
}

impl AttestationObjectChange {
    pub(crate) fn arbitrary(rng: &mut Rng) -> Self {
        let members = ["fmt", "attStmt", "authData"];
        match rng.u8(..14) {
            0 => Self::Reordered,
            1 => Self::Missing(one_of(rng, &members)),
            2 => Self::Further,
            3 => Self::Repeated(one_of(rng, &members)),
            4 | 5 => Self::Format(one_of(
                rng,
                &[
                    "none",
                    "packed",
                    "tpm",
                    "android-key",
                    "android-safetynet",
                    "fido-u2f",
                    "apple",
                    "compound",
                    "None",
                    "other",
                    "",
                ],
            )),
            6 => one_of(rng, &[Self::EmptyStatement, Self::FurtherInStatement, Self::StatementArray]),
            7 => Self::MissingInStatement(one_of(rng, &["alg", "sig", "x5c", "ver", "certInfo", "pubArea"])),
            8 => Self::StatementAlgorithm(one_of(rng, &[-7, -8, -35, -36, -37, -257, -65_535, 0])),
            9 => one_of(rng, &[Self::FormatBytes, Self::DataText]),
            10 => one_of(rng, &[Self::Indefinite, Self::NotMinimal, Self::Tagged]),
            _ => Self::Bytes(Edit::arbitrary(rng)),
        }
    }

    pub(super) fn apply(self, object: &mut Cbor) {
        let Cbor::Map(entries) = object else { return };
        let position = |name: &str| entries.iter().position(|(key, _)| *key == Cbor::from(name));
        match self {
            Self::Reordered => entries.reverse(),
            Self::Missing(name) => object.remove(name),
            Self::Further => object.set("further", Cbor::Int(1)),
            Self::Repeated(name) => {
                if let Some(entry) = position(name).map(|index| entries[index].clone()) {
                    entries.push(entry);
                }
            }
            Self::Format(format) => object.set("fmt", format.into()),
            Self::EmptyStatement => object.set("attStmt", Cbor::Map(Vec::new())),
            Self::StatementArray => object.set("attStmt", Cbor::Array(Vec::new())),
            Self::FurtherInStatement => {
                change_statement(object, |statement| statement.set("further", Cbor::Int(1)));
            }
            Self::MissingInStatement(name) => {
                change_statement(object, |statement| statement.remove(name));
            }
            Self::StatementAlgorithm(id) => {
                change_statement(object, |statement| statement.set("alg", Cbor::Int(id)));
            }
            Self::FormatBytes => object.set("fmt", Cbor::Bytes(b"none".to_vec())),
            Self::DataText => object.set("authData", "data".into()),
            Self::Indefinite => {
                let mut encoded = object.encode();
                encoded[0] = 0xbf;
                encoded.push(0xff);
                *object = Cbor::Raw(encoded);
            }
            Self::NotMinimal => {
                let encoded = object.encode();
                let length = encoded[0] & 0x1f;
                *object = Cbor::Raw([&[0xb8, length], &encoded[1..]].concat());
            }
            Self::Tagged => *object = Cbor::Raw([&[0xc1], &object.encode()[..]].concat()),
            Self::Bytes(edit) => {
                let mut encoded = object.encode();
                edit.apply(&mut encoded);
                *object = Cbor::Raw(encoded);
            }
        }
    }
}

fn change_statement(object: &mut Cbor, change: impl FnOnce(&mut Cbor)) {
    let entry = object.entries().iter_mut().find(|(name, _)| *name == Cbor::from("attStmt"));
    if let Some((_, statement @ Cbor::Map(_))) = entry {
        change(statement);
    }
}
