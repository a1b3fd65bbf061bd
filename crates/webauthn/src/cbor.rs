//! CBOR as CTAP2 writes it, and nothing looser (§2.4; CTAP 2.1 §8, "canonical CBOR encoding form").
//!
//! [`item_length`] and [`check_item`] refuse what two parsers might read differently: repeated keys, lengths
//! left open, integers longer than needed, deep nesting, tags, floats, trailing bytes. [`Reader`] then takes
//! values out of bytes that were checked.
//!
//! The order of map keys is demanded of public keys and extensions, which authenticators write. It is not of
//! attestation objects, which clients put together: real ones have `authData` before `fmt`, and TPM
//! statements begin with `ver`.

use std::cmp::Ordering;

use minicbor::{
    Decoder,
    data::{Int, Type},
};

/// The deepest nesting of maps and arrays in what authenticators write (CTAP 2.1 §8).
const MAX_DEPTH: u8 = 4;
/// The deepest nesting in what clients put together: a compound statement's certificates (§8.9) are in an array
/// in a map in a map in an array in a map.
const MAX_CLIENT_DEPTH: u8 = 5;
/// The most entries of one map (own check; the largest known has seven).
const MAX_MAP_ENTRIES: u8 = 32;

/// Whether map keys must come in CTAP2's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOrder {
    /// They must.
    Canonical,
    /// They may come in any order, each once.
    Any,
}

/// How bytes fail to be the CBOR that is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The bytes end within an item.
    #[error("CBOR ends within an item")]
    Truncated,
    /// Bytes follow the item.
    #[error("bytes follow the CBOR item")]
    TrailingBytes,
    /// An item starts with a byte that CBOR reserves, or a text isn't UTF-8.
    #[error("not CBOR")]
    Malformed,
    /// A string, array or map doesn't say its length at its start.
    #[error("CBOR of indefinite length")]
    IndefiniteLength,
    /// An integer or a length takes more bytes than it needs.
    #[error("a CBOR integer or length takes more bytes than it needs")]
    NotMinimal,
    /// A map has a key twice.
    #[error("a CBOR map has a key twice")]
    DuplicateKey,
    /// The keys of a map aren't in CTAP2's order.
    #[error("the keys of a CBOR map are not in canonical order")]
    KeyOrder,
    /// A map key is neither an integer nor a text.
    #[error("a CBOR map key is neither an integer nor a text")]
    KeyType,
    /// A map has more than 32 entries.
    #[error("a CBOR map has too many entries")]
    TooManyEntries,
    /// Maps and arrays nest deeper than four levels, or five in an attestation object.
    #[error("CBOR nests too deep")]
    TooDeep,
    /// A tag, float, `undefined` or other simple value: nothing in WebAuthn has one.
    #[error("CBOR of a type that is not expected")]
    UnsupportedType,
    /// An item has another type than the one that belongs there.
    #[error("a CBOR item is not {expected}")]
    UnexpectedType {
        /// What belongs there.
        expected: &'static str,
    },
}

impl CborError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated => "cbor_truncated",
            Self::TrailingBytes => "cbor_trailing_bytes",
            Self::Malformed => "cbor_malformed",
            Self::IndefiniteLength => "cbor_indefinite_length",
            Self::NotMinimal => "cbor_not_minimal",
            Self::DuplicateKey => "cbor_duplicate_key",
            Self::KeyOrder => "cbor_key_order",
            Self::KeyType => "cbor_key_type",
            Self::TooManyEntries => "cbor_too_many_entries",
            Self::TooDeep => "cbor_too_deep",
            Self::UnsupportedType => "cbor_unsupported_type",
            Self::UnexpectedType { .. } => "cbor_unexpected_type",
        }
    }
}

/// Checks the item that `input` begins with; returns its length in bytes.
pub(crate) fn item_length(input: &[u8], order: KeyOrder) -> Result<usize, CborError> {
    let mut decoder = Decoder::new(input);
    let levels = match order {
        KeyOrder::Canonical => MAX_DEPTH,
        KeyOrder::Any => MAX_CLIENT_DEPTH,
    };
    check(&mut decoder, order, levels)?;
    Ok(decoder.position())
}

/// Checks that `input` is one item and nothing else.
pub(crate) fn check_item(input: &[u8], order: KeyOrder) -> Result<(), CborError> {
    if item_length(input, order)? == input.len() { Ok(()) } else { Err(CborError::TrailingBytes) }
}

/// Takes values out of bytes that [`item_length`] or [`check_item`] went over.
pub(crate) struct Reader<'b>(Decoder<'b>);

/// A key of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<'b> {
    Int(i64),
    Text(&'b str),
}

impl<'b> Reader<'b> {
    pub(crate) fn new(checked: &'b [u8]) -> Self {
        Self(Decoder::new(checked))
    }

    /// Enters a map; returns the number of its entries.
    pub(crate) fn map(&mut self) -> Result<u64, CborError> {
        self.0.map().ok().flatten().ok_or(CborError::UnexpectedType { expected: "a map" })
    }

    /// Enters an array; returns the number of its items.
    pub(crate) fn array(&mut self) -> Result<u64, CborError> {
        self.0.array().ok().flatten().ok_or(CborError::UnexpectedType { expected: "an array" })
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], CborError> {
        self.0.bytes().map_err(|_| CborError::UnexpectedType { expected: "a byte string" })
    }

    pub(crate) fn text(&mut self) -> Result<&'b str, CborError> {
        self.0.str().map_err(|_| CborError::UnexpectedType { expected: "a text" })
    }

    pub(crate) fn int(&mut self) -> Result<i64, CborError> {
        self.0.i64().map_err(|_| CborError::UnexpectedType { expected: "an integer" })
    }

    pub(crate) fn boolean(&mut self) -> Result<bool, CborError> {
        self.0.bool().map_err(|_| CborError::UnexpectedType { expected: "true or false" })
    }

    pub(crate) fn key(&mut self) -> Result<Key<'b>, CborError> {
        if matches!(self.0.datatype(), Ok(Type::String)) {
            self.text().map(Key::Text)
        } else {
            self.int().map(Key::Int)
        }
    }

    /// Steps over an item; returns its bytes.
    pub(crate) fn item(&mut self) -> Result<&'b [u8], CborError> {
        let start = self.0.position();
        self.0.skip().map_err(|_| CborError::Truncated)?;
        Ok(&self.0.input()[start..self.0.position()])
    }
}

fn check(decoder: &mut Decoder<'_>, order: KeyOrder, levels: u8) -> Result<(), CborError> {
    let start = decoder.position();
    match decoder.datatype().map_err(|_| CborError::Truncated)? {
        Type::Bool | Type::Null => decoder.set_position(start + 1),
        Type::Bytes => {
            let length = decoder.bytes().map_err(|error| error_of(&error))?.len();
            minimal(decoder.position() - start - length, length as u64)?;
        }
        Type::String => {
            let length = decoder.str().map_err(|error| error_of(&error))?.len();
            minimal(decoder.position() - start - length, length as u64)?;
        }
        Type::Array => {
            let length =
                decoder.array().map_err(|error| error_of(&error))?.ok_or(CborError::IndefiniteLength)?;
            minimal(decoder.position() - start, length)?;
            let inner = levels.checked_sub(1).ok_or(CborError::TooDeep)?;
            for _ in 0..length {
                check(decoder, order, inner)?;
            }
        }
        Type::Map => {
            let length =
                decoder.map().map_err(|error| error_of(&error))?.ok_or(CborError::IndefiniteLength)?;
            minimal(decoder.position() - start, length)?;
            let inner = levels.checked_sub(1).ok_or(CborError::TooDeep)?;
            check_entries(decoder, order, inner, length)?;
        }
        Type::BytesIndef | Type::StringIndef | Type::ArrayIndef | Type::MapIndef => {
            return Err(CborError::IndefiniteLength);
        }
        Type::Undefined | Type::F16 | Type::F32 | Type::F64 | Type::Simple | Type::Tag => {
            return Err(CborError::UnsupportedType);
        }
        Type::Break | Type::Unknown(_) => return Err(CborError::Malformed),
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int => {
            let value = decoder.int().map_err(|error| error_of(&error))?;
            minimal(decoder.position() - start, argument(value))?;
        }
    }
    Ok(())
}

fn check_entries(
    decoder: &mut Decoder<'_>,
    order: KeyOrder,
    levels: u8,
    length: u64,
) -> Result<(), CborError> {
    if length > u64::from(MAX_MAP_ENTRIES) {
        return Err(CborError::TooManyEntries);
    }
    let mut keys: [&[u8]; MAX_MAP_ENTRIES as usize] = [&[]; MAX_MAP_ENTRIES as usize];
    for seen in 0..usize::try_from(length).unwrap_or(usize::MAX) {
        let start = decoder.position();
        // The two high bits of the first byte tell integers (major types 0 and 1); 3 is text.
        match decoder.input().get(start).ok_or(CborError::Truncated)? >> 5 {
            0 | 1 | 3 => {}
            _ => return Err(CborError::KeyType),
        }
        check(decoder, order, levels)?;
        let key = &decoder.input()[start..decoder.position()];
        match (keys[..seen].last().map(|last| canonical_order(last, key)), order) {
            (Some(Ordering::Equal), _) => return Err(CborError::DuplicateKey),
            (Some(Ordering::Greater), KeyOrder::Canonical) => {
                // In an ordered map a repeated key is out of order as well: say which it is.
                let repeated = keys[..seen].contains(&key);
                return Err(if repeated { CborError::DuplicateKey } else { CborError::KeyOrder });
            }
            (Some(_), KeyOrder::Any) if keys[..seen].contains(&key) => return Err(CborError::DuplicateKey),
            _ => {}
        }
        keys[seen] = key;
        check(decoder, order, levels)?;
    }
    Ok(())
}

/// CTAP 2.1 §8: the lower major type first, then the shorter, then the lower byte by byte.
fn canonical_order(left: &[u8], right: &[u8]) -> Ordering {
    let rank = |key: &[u8]| (key.first().map(|byte| byte >> 5), key.len());
    rank(left).cmp(&rank(right)).then_with(|| left.cmp(right))
}

/// The unsigned number that CBOR writes for an integer: itself, or `-1 - itself` for a negative one.
fn argument(value: Int) -> u64 {
    let value = i128::from(value);
    // An `Int` is at least -2^64 and at most 2^64 - 1, so either form fits.
    u64::try_from(if value < 0 { -1 - value } else { value }).unwrap_or(u64::MAX)
}

fn minimal(header_bytes: usize, argument: u64) -> Result<(), CborError> {
    let needed = match argument {
        0..=0x17 => 1,
        0x18..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    };
    if header_bytes == needed { Ok(()) } else { Err(CborError::NotMinimal) }
}

fn error_of(error: &minicbor::decode::Error) -> CborError {
    if error.is_end_of_input() { CborError::Truncated } else { CborError::Malformed }
}

#[cfg(test)]
mod tests {
    use super::{CborError, Key, KeyOrder, Reader, check_item, item_length};

    #[test]
    fn canonical_items_pass() {
        for bytes in [
            &[0x00][..],
            &[0x17],
            &[0x18, 0x18],
            &[0x19, 0x01, 0x00],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x20],
            &[0x38, 0x18],
            &[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x40],
            &[0x42, 1, 2],
            &[0x61, b'a'],
            &[0x80],
            &[0x82, 0xf4, 0xf5],
            &[0xa0],
            &[0xa3, 0x01, 0x02, 0x20, 0x03, 0x61, b'a', 0xf6],
            &[0x81, 0x81, 0x81, 0x81, 0x00],
        ] {
            assert_eq!(check_item(bytes, KeyOrder::Canonical), Ok(()), "{bytes:x?}");
        }
    }

    #[test]
    fn each_deviation_is_refused_by_name() {
        let mut wide = vec![0xb8, 33];
        wide.extend((0..33_u8).flat_map(|key| if key < 24 { vec![key, 0] } else { vec![0x18, key, 0] }));
        for (bytes, expected) in [
            (&[][..], CborError::Truncated),
            (&[0x18], CborError::Truncated),
            (&[0x42, 1], CborError::Truncated),
            (&[0x81], CborError::Truncated),
            (&[0xa1], CborError::Truncated),
            (&[0xa1, 0x01], CborError::Truncated),
            (&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], CborError::Truncated),
            (&[0x00, 0x00], CborError::TrailingBytes),
            (&[0x61, 0xff], CborError::Malformed),
            (&[0x1c], CborError::Malformed),
            (&[0xff], CborError::Malformed),
            (&[0x5f, 0x41, 0, 0xff], CborError::IndefiniteLength),
            (&[0x7f, 0xff], CborError::IndefiniteLength),
            (&[0x9f, 0xff], CborError::IndefiniteLength),
            (&[0xbf, 0xff], CborError::IndefiniteLength),
            (&[0x18, 0x17], CborError::NotMinimal),
            (&[0x19, 0x00, 0xff], CborError::NotMinimal),
            (&[0x38, 0x17], CborError::NotMinimal),
            (&[0x58, 0x01, 0x00], CborError::NotMinimal),
            (&[0x78, 0x00], CborError::NotMinimal),
            (&[0x98, 0x00], CborError::NotMinimal),
            (&[0xb8, 0x00], CborError::NotMinimal),
            (&[0xa2, 0x01, 0x00, 0x01, 0x00], CborError::DuplicateKey),
            (&[0xa3, 0x01, 0x00, 0x02, 0x00, 0x01, 0x00], CborError::DuplicateKey),
            (&[0xa2, 0x02, 0x00, 0x01, 0x00], CborError::KeyOrder),
            (&[0xa2, 0x20, 0x00, 0x01, 0x00], CborError::KeyOrder),
            (&[0xa2, 0x62, b'a', b'a', 0x00, 0x61, b'b', 0x00], CborError::KeyOrder),
            (&[0xa1, 0x41, 0x00, 0x00], CborError::KeyType),
            (&[0xa1, 0xf5, 0x00], CborError::KeyType),
            (&wide, CborError::TooManyEntries),
            (&[0x81, 0x81, 0x81, 0x81, 0x80], CborError::TooDeep),
            (&[0x81, 0x81, 0x81, 0xa1, 0x00, 0xa0], CborError::TooDeep),
            (&[0xc0, 0x00], CborError::UnsupportedType),
            (&[0xf7], CborError::UnsupportedType),
            (&[0xf9, 0, 0], CborError::UnsupportedType),
            (&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0], CborError::UnsupportedType),
            (&[0xf8, 0xff], CborError::UnsupportedType),
        ] {
            assert_eq!(check_item(bytes, KeyOrder::Canonical), Err(expected), "{bytes:x?}");
        }
    }

    #[test]
    fn without_an_order_a_repeated_key_and_deep_nesting_are_still_refused() {
        assert_eq!(check_item(&[0xa2, 0x02, 0x00, 0x01, 0x00], KeyOrder::Any), Ok(()));
        assert_eq!(check_item(&[0x81, 0x81, 0x81, 0x81, 0x80], KeyOrder::Any), Ok(()));
        let deeper = [0x81, 0x81, 0x81, 0x81, 0x81, 0x80];
        assert_eq!(check_item(&deeper, KeyOrder::Any), Err(CborError::TooDeep));
        let repeated = [0xa3, 0x02, 0x00, 0x01, 0x00, 0x02, 0x00];
        assert_eq!(check_item(&repeated, KeyOrder::Any), Err(CborError::DuplicateKey));
    }

    #[test]
    fn an_item_s_length_leaves_what_follows() {
        assert_eq!(item_length(&[0xa1, 0x01, 0x02, 0xff], KeyOrder::Canonical), Ok(3));
    }

    #[test]
    fn values_are_read_by_type() {
        let mut reader = Reader::new(&[0xa3, 0x01, 0x20, 0x61, b'a', 0x41, 7, 0x61, b'b', 0x81, 0x80]);
        assert_eq!(reader.map(), Ok(3));
        assert_eq!((reader.key(), reader.int()), (Ok(Key::Int(1)), Ok(-1)));
        assert_eq!((reader.key(), reader.bytes()), (Ok(Key::Text("a")), Ok(&[7][..])));
        assert_eq!((reader.text(), reader.item()), (Ok("b"), Ok(&[0x81, 0x80][..])));
        for result in [
            Reader::new(&[0]).map().map(|_| ()),
            Reader::new(&[0]).array().map(|_| ()),
            Reader::new(&[0]).bytes().map(|_| ()),
            Reader::new(&[0]).text().map(|_| ()),
            Reader::new(&[0x40]).int().map(|_| ()),
            Reader::new(&[0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0]).int().map(|_| ()),
        ] {
            assert!(matches!(result, Err(CborError::UnexpectedType { .. })));
        }
    }
}
