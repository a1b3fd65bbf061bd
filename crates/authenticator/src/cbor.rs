//! CBOR values that can be changed before they are encoded.

use minicbor::Encoder;

/// A CBOR value. Encoded as it stands: maps keep their order and their repeated keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cbor {
    /// An integer, in as few bytes as it needs.
    Int(i64),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// An array.
    Array(Vec<Self>),
    /// A map.
    Map(Vec<(Self, Self)>),
    /// True or false.
    Bool(bool),
    /// Bytes that stand for themselves: whatever a test wants.
    Raw(Vec<u8>),
}

impl Cbor {
    /// The encoded value.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        self.write(&mut encoder);
        encoder.into_writer()
    }

    /// The value that a map has for a key.
    ///
    /// # Panics
    /// If this is no map, or has no such key.
    pub fn get_mut(&mut self, key: impl Into<Self>) -> &mut Self {
        let key = key.into();
        let entry = self.entries().iter_mut().find(|(name, _)| *name == key);
        &mut entry.expect("the map has the key").1
    }

    /// Puts a value at the end of a map, or in the place of the one that its key has.
    ///
    /// # Panics
    /// If this is no map.
    pub fn set(&mut self, key: impl Into<Self>, value: Self) {
        let key = key.into();
        let entries = self.entries();
        match entries.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
    }

    /// Takes a key and its value out of a map.
    ///
    /// # Panics
    /// If this is no map.
    pub fn remove(&mut self, key: impl Into<Self>) {
        let key = key.into();
        self.entries().retain(|(name, _)| *name != key);
    }

    /// The entries of a map.
    ///
    /// # Panics
    /// If this is no map.
    pub fn entries(&mut self) -> &mut Vec<(Self, Self)> {
        match self {
            Self::Map(entries) => entries,
            other => panic!("not a map: {other:?}"),
        }
    }

    fn write(&self, encoder: &mut Encoder<Vec<u8>>) {
        let infallible = "writing to a Vec cannot fail";
        match self {
            Self::Int(value) => drop(encoder.i64(*value).expect(infallible)),
            Self::Bytes(value) => drop(encoder.bytes(value).expect(infallible)),
            Self::Text(value) => drop(encoder.str(value).expect(infallible)),
            Self::Bool(value) => drop(encoder.bool(*value).expect(infallible)),
            Self::Raw(value) => encoder.writer_mut().extend_from_slice(value),
            Self::Array(values) => {
                encoder.array(values.len() as u64).expect(infallible);
                for value in values {
                    value.write(encoder);
                }
            }
            Self::Map(entries) => {
                encoder.map(entries.len() as u64).expect(infallible);
                for (key, value) in entries {
                    key.write(encoder);
                    value.write(encoder);
                }
            }
        }
    }
}

impl From<&str> for Cbor {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cbor {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

#[cfg(test)]
mod tests {
    use super::Cbor;

    #[test]
    fn values_are_encoded_as_they_stand() {
        let mut map = Cbor::Map(vec![(1.into(), Cbor::Int(-8)), ("a".into(), Cbor::Bytes(vec![7]))]);
        assert_eq!(map.encode(), [0xa2, 0x01, 0x27, 0x61, b'a', 0x41, 7]);
        map.set("a", Cbor::Bool(true));
        map.set("b", Cbor::Array(vec![Cbor::Raw(vec![0xff])]));
        map.remove(1);
        assert_eq!(map.encode(), [0xa2, 0x61, b'a', 0xf5, 0x61, b'b', 0x81, 0xff]);
        assert_eq!(map.get_mut("a"), &Cbor::Bool(true));
    }
}
