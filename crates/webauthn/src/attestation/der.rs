//! DER (X.690) as far as certificate extensions need it that no library here knows.

/// The bytes aren't the DER that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DerError;

pub(super) const INTEGER: Tag = Tag::universal(0x02);
pub(super) const OCTET_STRING: Tag = Tag::universal(0x04);
pub(super) const ENUMERATED: Tag = Tag::universal(0x0a);
pub(super) const SEQUENCE: Tag = Tag::universal(0x30);
pub(super) const SET: Tag = Tag::universal(0x31);

/// What begins an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    /// Class and form: the three high bits.
    class: u8,
    number: u32,
}

impl Tag {
    const fn universal(byte: u8) -> Self {
        Self { class: byte & 0xe0, number: (byte & 0x1f) as u32 }
    }

    /// `[number] EXPLICIT`.
    pub(super) const fn explicit(number: u32) -> Self {
        Self { class: 0xa0, number }
    }
}

/// Takes items from the start of bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next item's tag and content.
    pub(super) fn next(&mut self) -> Result<(Tag, &'a [u8]), DerError> {
        let tag = self.tag()?;
        let length = self.length()?;
        let (content, rest) = self.0.split_at_checked(length).ok_or(DerError)?;
        self.0 = rest;
        Ok((tag, content))
    }

    /// The content of the next item, which has this tag.
    pub(super) fn expect(&mut self, expected: Tag) -> Result<&'a [u8], DerError> {
        match self.next()? {
            (tag, content) if tag == expected => Ok(content),
            _ => Err(DerError),
        }
    }

    /// The content of an item that has this tag and is the whole of `bytes`.
    pub(super) fn whole(bytes: &'a [u8], expected: Tag) -> Result<&'a [u8], DerError> {
        let mut der = Self(bytes);
        let content = der.expect(expected)?;
        if der.is_empty() { Ok(content) } else { Err(DerError) }
    }

    fn byte(&mut self) -> Result<u8, DerError> {
        let (first, rest) = self.0.split_first().ok_or(DerError)?;
        self.0 = rest;
        Ok(*first)
    }

    /// X.690 §8.1.2; tag numbers of up to three bytes, in as few as they need.
    fn tag(&mut self) -> Result<Tag, DerError> {
        let first = self.byte()?;
        let class = first & 0xe0;
        if first & 0x1f != 0x1f {
            return Ok(Tag { class, number: u32::from(first & 0x1f) });
        }
        let mut number = 0;
        for position in 0..3 {
            let byte = self.byte()?;
            if position == 0 && byte == 0x80 {
                return Err(DerError);
            }
            number = number << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return if number >= 0x1f { Ok(Tag { class, number }) } else { Err(DerError) };
            }
        }
        Err(DerError)
    }

    /// X.690 §8.1.3, §10.1: definite, in as few bytes as it needs; up to 65535.
    fn length(&mut self) -> Result<usize, DerError> {
        match self.byte()? {
            short @ 0..=0x7f => Ok(usize::from(short)),
            0x81 => match self.byte()? {
                long @ 0x80.. => Ok(usize::from(long)),
                _ => Err(DerError),
            },
            0x82 => match u16::from_be_bytes([self.byte()?, self.byte()?]) {
                long @ 0x100.. => Ok(usize::from(long)),
                _ => Err(DerError),
            },
            _ => Err(DerError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Der, DerError, INTEGER, OCTET_STRING, SEQUENCE, Tag};

    #[test]
    fn items_are_read_one_after_the_other() {
        let mut der = Der::new(&[0x02, 1, 7, 0xbf, 0x84, 0x58, 0x02, 0x05, 0x00]);
        assert_eq!(der.expect(INTEGER), Ok(&[7][..]));
        assert_eq!(der.next(), Ok((Tag::explicit(600), &[5, 0][..])));
        assert!(der.is_empty());
    }

    #[test]
    fn lengths_of_up_to_two_bytes_are_read() {
        for (header, length) in
            [(&[0x04, 0x7f][..], 0x7f), (&[0x04, 0x81, 0x80], 0x80), (&[0x04, 0x82, 1, 0], 256)]
        {
            let bytes = [header, &vec![7; length]].concat();
            assert_eq!(Der::whole(&bytes, OCTET_STRING), Ok(&vec![7; length][..]));
        }
    }

    #[test]
    fn what_is_not_der_is_refused() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 0x01],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x81, 0x01, 0],
            &[0x30, 0x82, 0x00, 0x80],
            &[0x30, 0x83, 0, 0, 0],
            &[0x3f, 0x80, 0x01, 0],
            &[0x3f, 0x1e, 0],
            &[0x3f, 0x81, 0x80, 0x80, 0x01, 0],
            &[0x30, 0, 0],
            &[0x31, 0],
        ] {
            assert_eq!(Der::whole(bytes, SEQUENCE), Err(DerError), "{bytes:x?}");
        }
    }

    #[test]
    fn tags_and_lengths_take_as_few_bytes_as_they_need() {
        let content = [7; 0x100];
        for header in [
            &[0xbf, 0x80, 0x84, 0x58, 0x00][..],
            &[0xbf, 0x1e, 0x00],
            &[0xbf, 0x84, 0x84, 0x84, 0x58, 0x00],
            &[0x04, 0x81, 0x7f],
            &[0x04, 0x82, 0x00, 0xff],
        ] {
            assert_eq!(Der::new(&[header, &content].concat()).next(), Err(DerError), "{header:x?}");
        }
    }
}
