//! What is to be inspected: from an argument, a file or standard input, in whatever encoding it is.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use data_encoding::{HEXLOWER_PERMISSIVE, Specification};
use passgate_webauthn::base64url;

use crate::cli::CliError;

/// The most that is read, in bytes. A response of the largest size that is accepted takes 128 KiB in hexadecimal.
const MAX_BYTES: u64 = 512 * 1024;

/// Where the input came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Argument,
    File,
    StandardInput,
}

impl Source {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Argument => "the argument",
            Self::File => "the file",
            Self::StandardInput => "standard input",
        }
    }
}

/// How the input was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Raw,
    Json,
    Pem,
    Hexadecimal,
    Base64,
    Base64Url,
}

impl Encoding {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw bytes",
            Self::Json => "JSON",
            Self::Pem => "PEM",
            Self::Hexadecimal => "hexadecimal",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
        }
    }
}

/// One way to understand the input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) encoding: Encoding,
    pub(crate) bytes: Vec<u8>,
}

/// Reads a file, or standard input where `path` is `-`; no more than `most` bytes and one.
pub(crate) fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>, CliError> {
    let read = |input: &mut dyn Read| {
        let mut bytes = Vec::new();
        input.take(most + 1).read_to_end(&mut bytes).map(|_| bytes)
    };
    let result = if path == Path::new("-") {
        read(&mut io::stdin().lock())
    } else {
        File::open(path).and_then(|mut file| read(&mut file))
    };
    result.map_err(|error| CliError::Usage(format!("can't read {}: {error}", path.display())))
}

/// Reads what the argument names: standard input, a file, or else itself.
pub(crate) fn read(argument: &str) -> Result<(Source, Vec<u8>), CliError> {
    let path = Path::new(argument);
    let (source, bytes) = if argument == "-" {
        (Source::StandardInput, read_bounded(path, MAX_BYTES)?)
    } else if path.is_file() {
        (Source::File, read_bounded(path, MAX_BYTES)?)
    } else {
        (Source::Argument, argument.as_bytes().to_vec())
    };
    if bytes.len() as u64 > MAX_BYTES {
        return Err(CliError::Usage(format!("{} has more than {MAX_BYTES} bytes", source.as_str())));
    }
    Ok((source, bytes))
}

/// The ways to understand these bytes, the likelier first: text that says so itself (JSON, PEM), hexadecimal,
/// base64, and the bytes as they are.
pub(crate) fn candidates(bytes: Vec<u8>) -> Vec<Candidate> {
    let Ok(text) = str::from_utf8(&bytes) else {
        return vec![Candidate { encoding: Encoding::Raw, bytes }];
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return vec![Candidate { encoding: Encoding::Json, bytes: text.as_bytes().to_vec() }];
    }
    if let Some(der) = certificates_in_pem(text).into_iter().next() {
        return vec![Candidate { encoding: Encoding::Pem, bytes: der }];
    }
    // A value that was cut out of JSON brings its quotes along, and one out of a log its line breaks.
    let unquoted = text.trim_matches(['"', '\'', ',']);
    let compact: String = unquoted.chars().filter(|character| !character.is_whitespace()).collect();
    let mut candidates = Vec::new();
    if let Some(bytes) = hexadecimal(&compact) {
        candidates.push(Candidate { encoding: Encoding::Hexadecimal, bytes });
    }
    let encoding = if compact.contains(['+', '/', '=']) { Encoding::Base64 } else { Encoding::Base64Url };
    if let Some(bytes) = lenient_base64(&compact) {
        candidates.push(Candidate { encoding, bytes });
    }
    candidates.retain(|candidate| !candidate.bytes.is_empty());
    if candidates.is_empty() && !bytes.is_empty() {
        candidates.push(Candidate { encoding: Encoding::Raw, bytes });
    }
    candidates
}

/// The certificates in a PEM file, in DER; those that aren't base64 are left out.
pub(crate) fn certificates_in_pem(text: &str) -> Vec<Vec<u8>> {
    let bodies = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    bodies
        .filter_map(|body| {
            let (body, _) = body.split_once("-----END CERTIFICATE-----")?;
            let body: String = body.chars().filter(|character| !character.is_whitespace()).collect();
            base64url::decode(&body).ok()
        })
        .collect()
}

/// With or without `0x` before it, and colons between bytes.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").or(text.strip_prefix("\\x")).unwrap_or(text);
    let digits: Cow<'_, str> =
        if digits.contains(':') { digits.replace(':', "").into() } else { digits.into() };
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()
}

/// Either alphabet, with or without padding; bits left over in the last character may be set, as responses may
/// have them.
pub(crate) fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    let mut specification = Specification::new();
    specification.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    specification.translate.from.push_str("+/");
    specification.translate.to.push_str("-_");
    specification.check_trailing_bits = false;
    let encoding = specification.encoding().ok()?;
    encoding.decode(text.trim_end_matches('=').as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Encoding, candidates};

    fn understood(text: &str) -> Vec<(Encoding, Vec<u8>)> {
        let all = candidates(text.as_bytes().to_vec());
        all.into_iter().map(|Candidate { encoding, bytes }| (encoding, bytes)).collect()
    }

    #[test]
    fn each_encoding_is_told_apart() {
        let bytes = vec![0xfb, 0xff, 0x00, 0x01];
        for text in ["fbff0001", "0xFBFF0001", "fb:ff:00:01", " fbff\n0001\n", "\\xfbff0001"] {
            assert_eq!(understood(text)[0], (Encoding::Hexadecimal, bytes.clone()), "{text}");
        }
        for (text, encoding) in [
            ("-_8AAQ", Encoding::Base64Url),
            ("\"-_8AAQ\",", Encoding::Base64Url),
            ("+/8AAQ==", Encoding::Base64),
            ("-_8AAQ==", Encoding::Base64),
            ("-_8A\n  AQ", Encoding::Base64Url),
            ("-_8AAR", Encoding::Base64Url),
        ] {
            assert_eq!(understood(text), [(encoding, bytes.clone())], "{text}");
        }
        assert_eq!(understood(" {\"a\":1}\n"), [(Encoding::Json, b"{\"a\":1}".to_vec())]);
        assert_eq!(candidates(vec![0xff, 0xfe])[0].encoding, Encoding::Raw);
        assert_eq!(understood("what is this?"), [(Encoding::Raw, b"what is this?".to_vec())]);
        assert_eq!(understood(""), []);
    }

    #[test]
    fn hexadecimal_digits_may_be_base64_as_well() {
        let encodings: Vec<_> = understood("abcd").into_iter().map(|(encoding, _)| encoding).collect();
        assert_eq!(encodings, [Encoding::Hexadecimal, Encoding::Base64Url]);
    }

    #[test]
    fn a_certificate_is_taken_out_of_its_armour() {
        let pem = "x\n-----BEGIN CERTIFICATE-----\n+/8A\nAQ==\n-----END CERTIFICATE-----\n";
        assert_eq!(understood(pem), [(Encoding::Pem, vec![0xfb, 0xff, 0x00, 0x01])]);
    }
}
