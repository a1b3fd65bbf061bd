//! Writing DER (X.690), as far as certificate extensions need it.

pub(crate) const INTEGER: &[u8] = &[0x02];
pub(crate) const OCTET_STRING: &[u8] = &[0x04];
pub(crate) const OBJECT_IDENTIFIER: &[u8] = &[0x06];
pub(crate) const ENUMERATED: &[u8] = &[0x0a];
pub(crate) const UTF8_STRING: &[u8] = &[0x0c];
pub(crate) const SEQUENCE: &[u8] = &[0x30];
pub(crate) const SET: &[u8] = &[0x31];

/// An item of this tag.
pub(crate) fn item(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("content is short");
    let [high, low] = length.to_be_bytes();
    let length = match length {
        0..=0x7f => vec![low],
        0x80..=0xff => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [tag, &length, content].concat()
}

/// `[number] EXPLICIT` around `content`.
pub(crate) fn explicit(number: u32, content: &[u8]) -> Vec<u8> {
    let low = |bits: u32| u8::try_from(bits & 0x7f).expect("seven bits");
    let tag = match number {
        0..=0x1e => vec![0xa0 | low(number)],
        0x1f..=0x7f => vec![0xbf, low(number)],
        _ => vec![0xbf, 0x80 | low(number >> 7), low(number)],
    };
    item(&tag, content)
}

#[cfg(test)]
mod tests {
    use super::{OCTET_STRING, explicit, item};

    #[test]
    fn lengths_and_tags_take_as_few_bytes_as_they_need() {
        assert_eq!(item(OCTET_STRING, &[7]), [0x04, 0x01, 7]);
        assert_eq!(item(OCTET_STRING, &[7; 0x80])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(item(OCTET_STRING, &[7; 0x100])[..4], [0x04, 0x82, 0x01, 0x00]);
        assert_eq!(explicit(1, &[]), [0xa1, 0x00]);
        assert_eq!(explicit(31, &[]), [0xbf, 31, 0x00]);
        assert_eq!(explicit(702, &[]), [0xbf, 0x85, 0x3e, 0x00]);
    }
}
