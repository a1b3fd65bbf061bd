//! Changes of a signature's form.

use fastrand::Rng;

use super::{Edit, one_of};

/// The order of P-256 (SEC 2 §2.4.2), big-endian.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// A change of a signature. Those but the first need the DER of an ECDSA signature, and do nothing to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureChange {
    /// Its bytes are edited.
    Bytes(Edit),
    /// It is empty.
    Empty,
    /// `r` and `s` change places.
    Swapped,
    /// `s` becomes the order of P-256 less `s`, which is as good.
    OtherS,
    /// `r` or `s` is zero, one, or the order of P-256.
    Number(Which, u8),
    /// A number comes after a zero that it doesn't need.
    LeadingZero(Which),
    /// The sequence's length takes a byte more than it needs.
    LongLength,
    /// The numbers alone, without DER.
    Bare,
    /// A third number follows in the sequence.
    ThirdNumber,
}

/// One of a signature's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    R,
    S,
}

impl SignatureChange {
    pub(crate) fn arbitrary(rng: &mut Rng) -> Self {
        let which = one_of(rng, &[Which::R, Which::S]);
        match rng.u8(..10) {
            0 | 1 => Self::Bytes(Edit::arbitrary(rng)),
            2 => Self::Empty,
            3 => Self::Swapped,
            4 => Self::OtherS,
            5 => Self::Number(which, rng.u8(..3)),
            6 => Self::LeadingZero(which),
            7 => Self::LongLength,
            8 => Self::Bare,
            _ => Self::ThirdNumber,
        }
    }

    pub(super) fn apply(self, signature: &mut Vec<u8>) {
        match self {
            Self::Bytes(edit) => return edit.apply(signature),
            Self::Empty => return signature.clear(),
            _ => {}
        }
        let Some((mut r, mut s)) = numbers(signature) else { return };
        let number = |which| match which {
            Which::R => 0,
            Which::S => 1,
        };
        *signature = match self {
            Self::Bytes(_) | Self::Empty => return,
            Self::Swapped => sequence(&[&s, &r]),
            Self::OtherS => match less_than_order(&s) {
                Some(other) => sequence(&[&r, &other]),
                None => return,
            },
            Self::Number(which, value) => {
                let value = match value {
                    0 => vec![0],
                    1 => vec![1],
                    _ => [&[0][..], &P256_ORDER].concat(),
                };
                *[&mut r, &mut s][number(which)] = value;
                sequence(&[&r, &s])
            }
            Self::LeadingZero(which) => {
                [&mut r, &mut s][number(which)].insert(0, 0);
                sequence(&[&r, &s])
            }
            Self::LongLength => {
                let der = sequence(&[&r, &s]);
                [&[0x30, 0x81], &der[1..]].concat()
            }
            Self::Bare => [r, s].concat(),
            Self::ThirdNumber => sequence(&[&r, &s, &[1]]),
        };
    }
}

/// The numbers of an ECDSA signature that is shorter than 128 bytes, as DER has them.
fn numbers(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let [0x30, length, 0x02, r_length, rest @ ..] = der else { return None };
    if usize::from(*length) + 2 != der.len() {
        return None;
    }
    let (r, rest) = rest.split_at_checked(usize::from(*r_length))?;
    let [0x02, s_length, s @ ..] = rest else { return None };
    (s.len() == usize::from(*s_length)).then(|| (r.to_vec(), s.to_vec()))
}

fn sequence(numbers: &[&[u8]]) -> Vec<u8> {
    let mut content = Vec::new();
    for number in numbers {
        content.extend_from_slice(&[0x02, u8::try_from(number.len()).unwrap_or(u8::MAX)]);
        content.extend_from_slice(number);
    }
    [&[0x30, u8::try_from(content.len()).unwrap_or(u8::MAX)], &content[..]].concat()
}

/// The order of P-256 less this number, as DER has it; `None` if the number isn't below it.
fn less_than_order(number: &[u8]) -> Option<Vec<u8>> {
    let bare = &number[number.iter().take_while(|byte| **byte == 0).count()..];
    let padding = 32_usize.checked_sub(bare.len())?;
    let mut result = vec![0; 33];
    let mut borrow = 0;
    for index in (0..32).rev() {
        let subtrahend = if index < padding { 0 } else { i16::from(bare[index - padding]) };
        let difference = i16::from(P256_ORDER[index]) - subtrahend - borrow;
        borrow = i16::from(difference < 0);
        result[index + 1] = u8::try_from(difference.rem_euclid(256)).ok()?;
    }
    if borrow != 0 {
        return None;
    }
    // One zero stays where the number would else be negative.
    while result.len() > 1 && result[0] == 0 && result[1] < 0x80 {
        result.remove(0);
    }
    Some(result)
}
