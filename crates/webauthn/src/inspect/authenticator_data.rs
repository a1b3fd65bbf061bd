//! Authenticator data (§6.1), read as far as it goes.

use super::{CborItem, CborReading, Stop};
use crate::Aaguid;

/// The flags of §6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// What each bit is, the lowest first: the specification's name, and the same in words. Bits 1 and 5 are
    /// reserved.
    pub const NAMES: [(&'static str, &'static str); 8] = [
        ("UP", "user present"),
        ("RFU1", "reserved"),
        ("UV", "user verified"),
        ("BE", "backup eligible"),
        ("BS", "backed up"),
        ("RFU2", "reserved"),
        ("AT", "attested credential data"),
        ("ED", "extension data"),
    ];

    /// The byte.
    #[must_use]
    pub const fn as_byte(self) -> u8 {
        self.0
    }

    /// Whether the flag of this name of [`NAMES`](Self::NAMES) is set; `false` for any other name.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        Self::NAMES.iter().position(|(known, _)| *known == name).is_some_and(|bit| self.0 & (1 << bit) != 0)
    }
}

/// The fields of authenticator data; `None` is what isn't there, or wasn't reached.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthenticatorDataFields<'a> {
    /// The SHA-256 of the RP ID.
    pub rp_id_hash: Option<&'a [u8]>,
    /// The flags.
    pub flags: Option<Flags>,
    /// The signature counter.
    pub sign_count: Option<u32>,
    /// What model the authenticator says it is.
    pub aaguid: Option<Aaguid>,
    /// The credential id.
    pub credential_id: Option<&'a [u8]>,
    /// The COSE key, in the bytes that came.
    pub public_key: Option<&'a [u8]>,
    /// The authenticator's extension outputs, as far as they were read.
    pub extensions: Option<CborItem<'a>>,
    /// Where reading stopped; `None` where all of it was read.
    pub stop: Option<Stop>,
}

impl<'a> AuthenticatorDataFields<'a> {
    /// Reads authenticator data.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Self {
        let mut fields = Self {
            rp_id_hash: None,
            flags: None,
            sign_count: None,
            aaguid: None,
            credential_id: None,
            public_key: None,
            extensions: None,
            stop: None,
        };
        fields.stop = fields.fill(&mut Bytes { all: bytes, position: 0 }).err();
        fields
    }

    fn fill(&mut self, bytes: &mut Bytes<'a>) -> Result<(), Stop> {
        self.rp_id_hash = Some(bytes.take(32, "the data ends within the hash of the RP ID")?);
        let flags = Flags(bytes.take(1, "the data ends before the flags")?[0]);
        self.flags = Some(flags);
        let count = bytes.take(4, "the data ends within the signature counter")?;
        self.sign_count = Some(count.iter().fold(0, |count, byte| count << 8 | u32::from(*byte)));
        if flags.has("AT") {
            let aaguid = bytes.take(16, "flag AT is set, and the data ends within the AAGUID")?;
            self.aaguid = aaguid.try_into().ok().map(Aaguid::from_bytes);
            let length = bytes.take(2, "the data ends within the length of the credential id")?;
            let length = usize::from(length[0]) << 8 | usize::from(length[1]);
            self.credential_id = Some(bytes.take(length, "the credential id is longer than what is left")?);
            let (key, _) = bytes.item()?;
            self.public_key = Some(key);
        }
        if flags.has("ED") {
            if bytes.rest().is_empty() {
                return Err(bytes.stop("flag ED is set, and the data ends before the extension outputs"));
            }
            let reading = CborReading::of(bytes.rest());
            let stop = reading.stop.map(|stop| bytes.at(stop));
            self.extensions = Some(reading.item);
            bytes.position += reading.length;
            stop.map_or(Ok(()), Err)?;
        }
        if bytes.rest().is_empty() { Ok(()) } else { Err(bytes.stop("bytes follow what the flags announce")) }
    }
}

struct Bytes<'a> {
    all: &'a [u8],
    position: usize,
}

impl<'a> Bytes<'a> {
    fn rest(&self) -> &'a [u8] {
        self.all.get(self.position..).unwrap_or_default()
    }

    fn stop(&self, problem: &'static str) -> Stop {
        Stop { offset: self.position, problem }
    }

    /// A stop within the rest, as one within the whole.
    fn at(&self, stop: Stop) -> Stop {
        Stop { offset: self.position + stop.offset, ..stop }
    }

    fn take(&mut self, length: usize, problem: &'static str) -> Result<&'a [u8], Stop> {
        let taken = self.rest().get(..length).ok_or_else(|| self.stop(problem))?;
        self.position += length;
        Ok(taken)
    }

    /// The bytes of a CBOR item, and the item.
    fn item(&mut self) -> Result<(&'a [u8], CborItem<'a>), Stop> {
        let rest = self.rest();
        let reading = CborReading::of(rest);
        if let Some(stop) = reading.stop {
            return Err(self.at(stop));
        }
        self.position += reading.length;
        Ok((&rest[..reading.length], reading.item))
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthenticatorDataFields, CborItem, Flags, Stop};
    use crate::Aaguid;

    /// Flags, counter 7, and what follows them, after the hash of an RP ID.
    fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&[9; 32][..], &[flags, 0, 0, 0, 7], rest].concat()
    }

    #[test]
    fn every_field_is_read() {
        let rest = [&[3; 16][..], &[0, 2, 8, 9, 0xa1, 1, 2, 0xa1, 0x61, b'x', 0xf5]].concat();
        let bytes = data(0xc5, &rest);
        let fields = AuthenticatorDataFields::read(&bytes);
        assert_eq!(fields.rp_id_hash, Some(&[9; 32][..]));
        assert_eq!(fields.flags.map(Flags::as_byte), Some(0xc5));
        assert_eq!(fields.sign_count, Some(7));
        assert_eq!(fields.aaguid, Some(Aaguid::from_bytes([3; 16])));
        assert_eq!(fields.credential_id, Some(&[8, 9][..]));
        assert_eq!(fields.public_key, Some(&[0xa1, 1, 2][..]));
        assert_eq!(
            fields.extensions,
            Some(CborItem::Map(vec![(CborItem::Text("x".into()), CborItem::Bool(true))]))
        );
        assert_eq!(fields.stop, None);
        let flags = fields.flags.unwrap();
        let set: Vec<_> =
            Flags::NAMES.iter().filter(|(name, _)| flags.has(name)).map(|flag| flag.0).collect();
        assert_eq!(set, ["UP", "UV", "AT", "ED"]);
        assert!(!flags.has("other"));
    }

    #[test]
    fn where_reading_stops_is_said_and_what_came_before_is_kept() {
        let attested = [&[3; 16][..], &[0, 2, 8, 9, 0xa1, 1, 2]].concat();
        for (bytes, offset, problem) in [
            (vec![0; 31], 0, "the data ends within the hash of the RP ID"),
            (vec![0; 32], 32, "the data ends before the flags"),
            (vec![0; 36], 33, "the data ends within the signature counter"),
            (data(0x40, &[0; 15]), 37, "flag AT is set, and the data ends within the AAGUID"),
            (data(0x40, &attested[..17]), 53, "the data ends within the length of the credential id"),
            (data(0x40, &attested[..19]), 55, "the credential id is longer than what is left"),
            (data(0x40, &attested[..22]), 59, "CBOR ends within an item"),
            (data(0x40, &[&attested[..], &[0]].concat()), 60, "bytes follow what the flags announce"),
            (data(0x80, &[]), 37, "flag ED is set, and the data ends before the extension outputs"),
            (data(0x80, &[0xa1, 0x01]), 39, "CBOR ends within an item"),
            (data(0x00, &[0]), 37, "bytes follow what the flags announce"),
        ] {
            let fields = AuthenticatorDataFields::read(&bytes);
            assert_eq!(fields.stop, Some(Stop { offset, problem }));
            assert_eq!(fields.flags.is_some(), bytes.len() > 32);
        }
    }
}
