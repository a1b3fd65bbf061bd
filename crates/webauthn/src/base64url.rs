//! The text form of binary values (§3, "Base64url Encoding"; RFC 4648 §5).

use std::ops::Range;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding};

/// Text that is not base64: a foreign character, both alphabets at once, a length no encoder makes, padding
/// that doesn't fit, or stray bits after the last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64url")]
pub struct Base64Error;

/// Encodes as base64url without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Decodes base64url or standard base64, with or without padding (clients of the Passkey API send each).
///
/// One byte string has one encoding in each alphabet: bits left over in the last character must be zero.
pub fn decode(text: &str) -> Result<Vec<u8>, Base64Error> {
    let mut bytes = Vec::with_capacity(text.len());
    append_decoded(text, &mut bytes)?;
    Ok(bytes)
}

/// Like [`decode`], onto the end of `buffer`; returns where in `buffer` the bytes are.
pub(crate) fn append_decoded(text: &str, buffer: &mut Vec<u8>) -> Result<Range<usize>, Base64Error> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    if padding > 0 && (padding > 2 || !text.len().is_multiple_of(4)) {
        return Err(Base64Error);
    }
    let standard = body.bytes().any(|byte| byte == b'+' || byte == b'/');
    if standard {
        append_with(&BASE64_NOPAD, body, buffer)
    } else {
        append_with(&BASE64URL_NOPAD, body, buffer)
    }
}

/// Decodes the base64url text at `text` of `buffer` onto its end; returns where the bytes are. Takes no
/// padding and no other alphabet: a user agent writes none into client data.
pub(crate) fn decode_within(buffer: &mut Vec<u8>, text: Range<usize>) -> Result<Range<usize>, Base64Error> {
    let length = BASE64URL_NOPAD.decode_len(text.len()).map_err(|_| Base64Error)?;
    let start = buffer.len();
    buffer.resize(start + length, 0);
    let (texts, bytes) = buffer.split_at_mut(start);
    BASE64URL_NOPAD.decode_mut(&texts[text], bytes).map_err(|_| Base64Error)?;
    Ok(start..start + length)
}

fn append_with(encoding: &Encoding, text: &str, buffer: &mut Vec<u8>) -> Result<Range<usize>, Base64Error> {
    let length = encoding.decode_len(text.len()).map_err(|_| Base64Error)?;
    let start = buffer.len();
    buffer.resize(start + length, 0);
    encoding.decode_mut(text.as_bytes(), &mut buffer[start..]).map_err(|_| Base64Error)?;
    Ok(start..start + length)
}

#[cfg(test)]
mod tests {
    use super::{Base64Error, decode, decode_within, encode};

    #[test]
    fn both_alphabets_decode_with_and_without_padding() {
        for text in ["-_8", "-_8=", "+/8", "+/8="] {
            assert_eq!(decode(text), Ok(vec![0xfb, 0xff]), "{text}");
        }
        assert_eq!(decode(""), Ok(vec![]));
    }

    #[test]
    fn output_is_base64url_without_padding() {
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn what_no_encoder_writes_is_refused() {
        for text in ["-/8", "-_8==", "-_8===", "=", "====", "A", "AB=", "AAAA=", "-_9", "A A", "-_8=x", "é"]
        {
            assert_eq!(decode(text), Err(Base64Error), "{text}");
        }
    }

    #[test]
    fn decoding_within_a_buffer_takes_base64url_without_padding_only() {
        let mut buffer = b"-_8=+/8".to_vec();
        assert_eq!(decode_within(&mut buffer, 0..3), Ok(7..9));
        assert_eq!(buffer[7..9], [0xfb, 0xff]);
        assert_eq!(decode_within(&mut buffer, 0..4), Err(Base64Error));
        assert_eq!(decode_within(&mut buffer, 4..7), Err(Base64Error));
    }
}
