//! The text form of binary values (§3, "Base64url Encoding"; RFC 4648 §5).

use std::{ops::Range, sync::LazyLock};

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding};

/// The decoders of [`append_decoded`], which let stray bits after the last byte pass.
static LENIENT_STANDARD: LazyLock<Encoding> = LazyLock::new(|| ignoring_stray_bits(&BASE64_NOPAD));
static LENIENT_URL: LazyLock<Encoding> = LazyLock::new(|| ignoring_stray_bits(&BASE64URL_NOPAD));

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
    let body = without_padding(text)?;
    let encoding = if is_standard(body) { &BASE64_NOPAD } else { &BASE64URL_NOPAD };
    encoding.decode(body.as_bytes()).map_err(|_| Base64Error)
}

/// Decodes a member of a credential onto the end of `buffer`; returns where in `buffer` the bytes are.
///
/// Like [`decode`], but bits left over in the last character may be set: what browsers' `atob` and Go's decoder
/// take, clients may send. Safe because every member is compared, hashed or verified decoded, never as text.
pub(crate) fn append_decoded(text: &str, buffer: &mut Vec<u8>) -> Result<Range<usize>, Base64Error> {
    let body = without_padding(text)?;
    append_with(if is_standard(body) { &LENIENT_STANDARD } else { &LENIENT_URL }, body, buffer)
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

fn without_padding(text: &str) -> Result<&str, Base64Error> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    if padding > 0 && (padding > 2 || !text.len().is_multiple_of(4)) { Err(Base64Error) } else { Ok(body) }
}

fn is_standard(body: &str) -> bool {
    body.bytes().any(|byte| byte == b'+' || byte == b'/')
}

fn ignoring_stray_bits(encoding: &Encoding) -> Encoding {
    let mut specification = encoding.specification();
    specification.check_trailing_bits = false;
    // It differs from an encoding that exists in nothing but how it decodes.
    specification.encoding().expect("the specification of an encoding is one")
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
    use super::{Base64Error, append_decoded, decode, decode_within, encode};

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
    fn members_of_a_credential_may_have_stray_bits_and_no_other_fault() {
        let append = |text| {
            let mut buffer = vec![7];
            append_decoded(text, &mut buffer).map(|range| buffer[range].to_vec())
        };
        for text in ["-_8", "-_9", "-_9=", "+/9", "+/9="] {
            assert_eq!(append(text), Ok(vec![0xfb, 0xff]), "{text}");
        }
        assert_eq!(append("internalUserId").map(|bytes| bytes.len()), Ok(10));
        for text in ["-/8", "-_8==", "=", "A", "AAAA=", "A A", "-_8=x", "é"] {
            assert_eq!(append(text), Err(Base64Error), "{text}");
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
