//! Changes of bytes that know nothing of what the bytes mean.

use fastrand::Rng;

/// A change of bytes. A place is taken modulo the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Flips a bit of the byte at a place.
    Flip(u16, u8),
    /// Puts a value at a place.
    Set(u16, u8),
    /// Takes the byte at a place out.
    Remove(u16),
    /// Puts a byte in at a place.
    Insert(u16, u8),
    /// Cuts off what follows a place.
    Truncate(u16),
    /// Puts a byte at the end.
    Append(u8),
    /// Repeats so many bytes from a place on.
    Repeat(u16, u8),
}

impl Edit {
    pub(crate) fn arbitrary(rng: &mut Rng) -> Self {
        let place = rng.u16(..);
        match rng.u8(..9) {
            0..=2 => Self::Flip(place, rng.u8(..8)),
            3 => Self::Set(place, super::one_of(rng, &[0, 1, 0x7f, 0x80, 0xff])),
            4 => Self::Remove(place),
            5 => Self::Insert(place, rng.u8(..)),
            6 => Self::Truncate(place),
            7 => Self::Append(rng.u8(..)),
            _ => Self::Repeat(place, rng.u8(1..16)),
        }
    }

    pub(crate) fn apply(self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        let at = |place: u16| usize::from(place) % length;
        match self {
            Self::Flip(place, bit) => bytes[at(place)] ^= 1 << bit,
            Self::Set(place, value) => bytes[at(place)] = value,
            Self::Remove(place) => drop(bytes.remove(at(place))),
            Self::Insert(place, value) => bytes.insert(at(place), value),
            Self::Truncate(place) => bytes.truncate(at(place)),
            Self::Append(value) => bytes.push(value),
            Self::Repeat(place, count) => {
                let start = at(place);
                let copy = bytes[start..(start + usize::from(count)).min(length)].to_vec();
                bytes.splice(start..start, copy);
            }
        }
    }
}
