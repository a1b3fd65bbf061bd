//! What Android's key store says about a key (WebAuthn §8.4.1).

use crate::der::{self, ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, SET};

/// A key description, for tests to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDescription {
    /// The hash of the client data.
    pub challenge: Vec<u8>,
    /// The tag of each authorization that software enforces, and its value in DER.
    pub software_enforced: Vec<(u32, Vec<u8>)>,
    /// The same, for what the trusted execution environment enforces.
    pub hardware_enforced: Vec<(u32, Vec<u8>)>,
}

impl KeyDescription {
    /// The tag of what a key is for.
    pub const PURPOSE: u32 = 1;
    /// The tag of a key that every app may use.
    pub const ALL_APPLICATIONS: u32 = 600;
    /// The tag of where a key comes from.
    pub const ORIGIN: u32 = 702;

    /// A key for signing, made inside.
    pub(crate) fn new(challenge: &[u8]) -> Self {
        Self {
            challenge: challenge.to_vec(),
            // When it was made.
            software_enforced: vec![(701, Self::integer(7))],
            hardware_enforced: vec![(Self::PURPOSE, Self::integers(&[2])), (Self::ORIGIN, Self::integer(0))],
        }
    }

    /// An INTEGER below 128.
    #[must_use]
    pub fn integer(value: u8) -> Vec<u8> {
        der::item(INTEGER, &[value])
    }

    /// A SET of INTEGERs below 128.
    #[must_use]
    pub fn integers(values: &[u8]) -> Vec<u8> {
        der::item(SET, &values.iter().flat_map(|value| Self::integer(*value)).collect::<Vec<_>>())
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let list = |entries: &[(u32, Vec<u8>)]| {
            let entries = entries.iter().flat_map(|(tag, value)| der::explicit(*tag, value));
            der::item(SEQUENCE, &entries.collect::<Vec<_>>())
        };
        let fields = [
            Self::integer(3),
            der::item(ENUMERATED, &[1]),
            Self::integer(4),
            der::item(ENUMERATED, &[1]),
            der::item(OCTET_STRING, &self.challenge),
            der::item(OCTET_STRING, &[]),
            list(&self.software_enforced),
            list(&self.hardware_enforced),
        ];
        der::item(SEQUENCE, &fields.concat())
    }
}
