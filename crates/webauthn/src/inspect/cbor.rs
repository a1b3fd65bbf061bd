//! Any CBOR (RFC 8949), read as far as it goes: what the verifier refuses is shown here.

use std::borrow::Cow;

/// The deepest nesting that is read; the verifier takes five at most.
const MAX_DEPTH: u8 = 32;

/// An item of CBOR. Strings of one piece are parts of the bytes they were read from.
#[derive(Debug, Clone, PartialEq)]
pub enum CborItem<'a> {
    /// Major types 0 and 1.
    Integer(i128),
    /// Major type 2.
    Bytes(Cow<'a, [u8]>),
    /// Major type 3.
    Text(Cow<'a, str>),
    /// Major type 4.
    Array(Vec<CborItem<'a>>),
    /// Major type 5, in the order in which it came; a key may come twice.
    Map(Vec<(CborItem<'a>, CborItem<'a>)>),
    /// Major type 6.
    Tag(u64, Box<CborItem<'a>>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// A number of half, single or double precision.
    Float(f64),
    /// A simple value without a meaning of its own.
    Simple(u8),
    /// What could not be read: reading stopped here. (Of a byte string, what there is of it is read.)
    Unread,
}

/// Where reading stopped, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The byte that could not be read, counted from 0.
    pub offset: usize,
    /// What was wrong there.
    pub problem: &'static str,
}

/// What the bytes begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct CborReading<'a> {
    /// The item, as far as it was read.
    pub item: CborItem<'a>,
    /// How many bytes it takes.
    pub length: usize,
    /// Where reading stopped; `None` where the item is whole.
    pub stop: Option<Stop>,
}

impl<'a> CborReading<'a> {
    /// Reads the item that `bytes` begin with.
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Self {
        let mut reader = Reader { bytes, position: 0, stop: None };
        let item = reader.item(MAX_DEPTH);
        Self { item, length: reader.position, stop: reader.stop }
    }

    /// Reads an item that is to be the whole of `bytes`: what follows it is a reason to stop.
    #[must_use]
    pub fn of_whole(bytes: &'a [u8]) -> Self {
        let mut reading = Self::of(bytes);
        if reading.stop.is_none() && reading.length < bytes.len() {
            reading.stop = Some(Stop { offset: reading.length, problem: "bytes follow the CBOR item" });
        }
        reading
    }
}

impl<'a> CborItem<'a> {
    /// The value of a map's text key, the first of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&CborItem<'a>> {
        self.entries().iter().find_map(|(key, value)| match key {
            CborItem::Text(text) if text == name => Some(value),
            _ => None,
        })
    }

    /// The value of a map's integer key, the first of that number.
    #[must_use]
    pub fn get_number(&self, number: i128) -> Option<&CborItem<'a>> {
        self.entries().iter().find(|(key, _)| *key == CborItem::Integer(number)).map(|(_, value)| value)
    }

    /// The entries of a map; none of anything else.
    #[must_use]
    pub fn entries(&self) -> &[(CborItem<'a>, CborItem<'a>)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    stop: Option<Stop>,
}

/// The argument of an item's head (RFC 8949 §3).
enum Argument {
    Value(u64),
    Indefinite,
}

impl<'a> Reader<'a> {
    fn stop(&mut self, offset: usize, problem: &'static str) -> CborItem<'a> {
        self.stop.get_or_insert(Stop { offset, problem });
        CborItem::Unread
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.position..)?.get(..length)?;
        self.position += length;
        Some(taken)
    }

    fn ends(&mut self) -> CborItem<'a> {
        self.stop(self.bytes.len(), "CBOR ends within an item")
    }

    fn item(&mut self, levels: u8) -> CborItem<'a> {
        let start = self.position;
        let Some(levels) = levels.checked_sub(1) else { return self.stop(start, "CBOR nests too deep") };
        let Some(&[initial]) = self.take(1) else { return self.ends() };
        let (major, additional) = (initial >> 5, initial & 0x1f);
        if major == 7 {
            return self.simple(start, additional);
        }
        let argument = match additional {
            0..=0x17 => Argument::Value(u64::from(additional)),
            0x18..=0x1b => match self.number(1 << (additional - 0x18)) {
                Some(value) => Argument::Value(value),
                None => return self.ends(),
            },
            0x1f if (2..=5).contains(&major) => Argument::Indefinite,
            _ => return self.stop(start, "a byte that CBOR reserves"),
        };
        match (major, argument) {
            (0, Argument::Value(value)) => CborItem::Integer(i128::from(value)),
            (1, Argument::Value(value)) => CborItem::Integer(-1 - i128::from(value)),
            (2 | 3, Argument::Value(length)) => self.string(start, major, length),
            (2 | 3, Argument::Indefinite) => self.pieces(major, levels),
            (4, argument) => self.array(&argument, levels),
            (5, argument) => self.map(&argument, levels),
            (_, Argument::Value(tag)) => CborItem::Tag(tag, Box::new(self.item(levels))),
            (_, Argument::Indefinite) => self.stop(start, "a byte that CBOR reserves"),
        }
    }

    /// A big-endian number of up to eight bytes.
    fn number(&mut self, length: usize) -> Option<u64> {
        self.take(length).map(|bytes| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn string(&mut self, start: usize, major: u8, length: u64) -> CborItem<'a> {
        let Some(bytes) = usize::try_from(length).ok().and_then(|length| self.take(length)) else {
            let unread = self.stop(start, "a CBOR string is longer than what is left");
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            self.position = self.bytes.len();
            return if major == 2 { CborItem::Bytes(Cow::Borrowed(rest)) } else { unread };
        };
        if major == 2 {
            return CborItem::Bytes(Cow::Borrowed(bytes));
        }
        match str::from_utf8(bytes) {
            Ok(text) => CborItem::Text(Cow::Borrowed(text)),
            Err(_) => self.stop(start, "a CBOR text is not UTF-8"),
        }
    }

    /// A string of indefinite length: pieces of its own type, and a break.
    fn pieces(&mut self, major: u8, levels: u8) -> CborItem<'a> {
        let (mut bytes, mut text) = (Vec::new(), String::new());
        while !self.takes_break() {
            let start = self.position;
            match self.item(levels) {
                CborItem::Bytes(piece) if major == 2 => bytes.extend_from_slice(&piece),
                CborItem::Text(piece) if major == 3 => text.push_str(&piece),
                CborItem::Unread => return CborItem::Unread,
                _ => return self.stop(start, "a piece of a CBOR string has another type"),
            }
        }
        if major == 2 { CborItem::Bytes(Cow::Owned(bytes)) } else { CborItem::Text(Cow::Owned(text)) }
    }

    fn array(&mut self, argument: &Argument, levels: u8) -> CborItem<'a> {
        let mut items = Vec::new();
        while self.has_more(argument, items.len()) {
            items.push(self.item(levels));
        }
        CborItem::Array(items)
    }

    fn map(&mut self, argument: &Argument, levels: u8) -> CborItem<'a> {
        let mut entries = Vec::new();
        while self.has_more(argument, entries.len()) {
            let key = self.item(levels);
            let value = if self.stop.is_some() { CborItem::Unread } else { self.item(levels) };
            entries.push((key, value));
        }
        CborItem::Map(entries)
    }

    fn has_more(&mut self, argument: &Argument, read: usize) -> bool {
        self.stop.is_none()
            && match argument {
                Argument::Value(count) => (read as u64) < *count,
                Argument::Indefinite => !self.takes_break(),
            }
    }

    fn takes_break(&mut self) -> bool {
        let is_break = self.bytes.get(self.position) == Some(&0xff);
        self.position += usize::from(is_break);
        is_break
    }

    fn simple(&mut self, start: usize, additional: u8) -> CborItem<'a> {
        match additional {
            0..=0x13 => CborItem::Simple(additional),
            0x14 => CborItem::Bool(false),
            0x15 => CborItem::Bool(true),
            0x16 => CborItem::Null,
            0x17 => CborItem::Undefined,
            0x18 => match self.take(1) {
                Some(&[value]) => CborItem::Simple(value),
                _ => self.ends(),
            },
            0x19 => match self.take(2) {
                Some(&[high, low]) => CborItem::Float(half(u16::from_be_bytes([high, low]))),
                _ => self.ends(),
            },
            0x1a => match self.take(4).and_then(|bytes| bytes.try_into().ok()) {
                Some(bytes) => CborItem::Float(f32::from_be_bytes(bytes).into()),
                None => self.ends(),
            },
            0x1b => match self.take(8).and_then(|bytes| bytes.try_into().ok()) {
                Some(bytes) => CborItem::Float(f64::from_be_bytes(bytes)),
                None => self.ends(),
            },
            0x1f => self.stop(start, "a CBOR break where there is nothing to end"),
            _ => self.stop(start, "a byte that CBOR reserves"),
        }
    }
}

/// A number of half precision (RFC 8949, appendix D).
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (fraction + 1024.0) * 2_f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::{CborItem, CborReading, Stop};

    #[test]
    fn what_the_verifier_refuses_is_read_too() {
        let bytes = |value: &'static [u8]| CborItem::Bytes(value.into());
        for (encoded, expected) in [
            (&[0x18, 0x01][..], CborItem::Integer(1)),
            (&[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], CborItem::Integer(-(1 << 64))),
            (&[0x5f, 0x41, 1, 0x41, 2, 0xff], bytes(&[1, 2])),
            (&[0x7f, 0x61, b'a', 0xff], CborItem::Text("a".into())),
            (&[0x9f, 0xf7, 0xe0, 0xff], CborItem::Array(vec![CborItem::Undefined, CborItem::Simple(0)])),
            (&[0xbf, 0x41, 7, 0xf6, 0xff], CborItem::Map(vec![(bytes(&[7]), CborItem::Null)])),
            (&[0xc1, 0xf5], CborItem::Tag(1, Box::new(CborItem::Bool(true)))),
            (&[0xf9, 0x3e, 0x00], CborItem::Float(1.5)),
            (&[0xf9, 0xfc, 0x00], CborItem::Float(f64::NEG_INFINITY)),
            (&[0xfa, 0x3f, 0x80, 0, 0], CborItem::Float(1.0)),
            (&[0xf8, 0xff], CborItem::Simple(0xff)),
        ] {
            let reading = CborReading::of_whole(encoded);
            assert_eq!(reading, CborReading { item: expected, length: encoded.len(), stop: None });
        }
    }

    #[test]
    fn what_was_read_before_it_stopped_is_kept() {
        let reading = CborReading::of(&[0xa2, 0x01, 0x02, 0x03, 0x42, 0x00]);
        assert_eq!(reading.item.get_number(1), Some(&CborItem::Integer(2)));
        assert_eq!(reading.item.get_number(3), Some(&CborItem::Bytes([0][..].into())));
        assert_eq!(
            reading.stop,
            Some(Stop { offset: 4, problem: "a CBOR string is longer than what is left" })
        );
        let followed = CborReading::of_whole(&[0x00, 0x00]);
        assert_eq!(followed.stop, Some(Stop { offset: 1, problem: "bytes follow the CBOR item" }));
    }

    #[test]
    fn every_way_to_stop_is_said() {
        for (encoded, offset, problem) in [
            (&[][..], 0, "CBOR ends within an item"),
            (&[0x19, 0x01], 2, "CBOR ends within an item"),
            (&[0x81], 1, "CBOR ends within an item"),
            (&[0x9f, 0x00], 2, "CBOR ends within an item"),
            (&[0xf8], 1, "CBOR ends within an item"),
            (&[0xfb, 0], 2, "CBOR ends within an item"),
            (&[0x1c], 0, "a byte that CBOR reserves"),
            (&[0x1f], 0, "a byte that CBOR reserves"),
            (&[0xdf], 0, "a byte that CBOR reserves"),
            (&[0xfc], 0, "a byte that CBOR reserves"),
            (&[0x61, 0xff], 0, "a CBOR text is not UTF-8"),
            (&[0x5f, 0x61, b'a', 0xff], 1, "a piece of a CBOR string has another type"),
            (&[0x81, 0xff], 1, "a CBOR break where there is nothing to end"),
            (&[0x81; 40], 32, "CBOR nests too deep"),
            (&[0x5f; 10_000], 32, "CBOR nests too deep"),
            (&[0xc0; 10_000], 32, "CBOR nests too deep"),
            (&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 9, "CBOR ends within an item"),
        ] {
            assert_eq!(
                CborReading::of_whole(encoded).stop,
                Some(Stop { offset, problem }),
                "{offset} {problem}"
            );
        }
    }
}
