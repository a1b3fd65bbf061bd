//! The signature around the list: a JWT in compact form (§3.1.7; RFC 7515).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use data_encoding::BASE64;
use serde::Deserialize;

use super::MetadataBlobError;
use crate::{
    Algorithm,
    attestation::Certificate,
    base64url,
    cose::{Curve, PublicKey},
    signature,
};

/// The most certificates of one header (own check).
const MAX_CERTIFICATES: usize = 8;

/// A JWT, taken apart and not yet verified.
pub(super) struct Jws<'a> {
    algorithm: JwsAlgorithm,
    /// The certificates of the header, in DER, the signer's first.
    pub(super) certificates: Vec<Vec<u8>>,
    signed: &'a str,
    signature: Vec<u8>,
    payload: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JwsAlgorithm {
    Rs256,
    Es256,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Option<Vec<String>>,
    /// Names members that must be understood (RFC 7515 §4.1.11); none that could be there is.
    crit: Option<serde::de::IgnoredAny>,
}

impl<'a> Jws<'a> {
    pub(super) fn parse(jwt: &'a [u8]) -> Result<Self, MetadataBlobError> {
        use MetadataBlobError as E;
        let text = str::from_utf8(jwt).map_err(|_| E::Form)?.trim_ascii();
        let (signed, signature) = text.rsplit_once('.').ok_or(E::Form)?;
        let (header, payload) =
            signed.split_once('.').filter(|(_, rest)| !rest.contains('.')).ok_or(E::Form)?;
        let header = decode(header)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| E::Header)?;
        if header.crit.is_some() {
            return Err(E::Header);
        }
        let algorithm = match header.alg.as_str() {
            "RS256" => JwsAlgorithm::Rs256,
            "ES256" => JwsAlgorithm::Es256,
            _ => return Err(E::Algorithm),
        };
        // RFC 7515 §4.1.6: base64 of the standard alphabet.
        let certificates = header.x5c.unwrap_or_default();
        if !(1..=MAX_CERTIFICATES).contains(&certificates.len()) {
            return Err(E::Certificates);
        }
        let certificates = certificates.iter().map(|text| BASE64.decode(text.as_bytes()));
        let certificates = certificates.collect::<Result<_, _>>().map_err(|_| E::Certificates)?;
        Ok(Self { algorithm, certificates, signed, signature: decode(signature)?, payload })
    }

    /// Verifies the signature by the first certificate; returns what was signed.
    pub(super) fn verify(&self) -> Result<Vec<u8>, MetadataBlobError> {
        use MetadataBlobError as E;
        let certificate = self.certificates.first().ok_or(E::Certificates)?;
        let certificate = Certificate::parse(certificate).map_err(|_| E::Certificates)?;
        let key = certificate.public_key().map_err(|_| E::Certificates)?;
        let (signed, signature) = (self.signed.as_bytes(), &self.signature);
        let is_valid = match (self.algorithm, key) {
            (JwsAlgorithm::Rs256, PublicKey::Rsa { .. }) => {
                signature::verify(Algorithm::Rs256, &key, signed, signature).is_ok()
            }
            // RFC 7518 §3.4: both numbers in their full length, one after the other.
            (JwsAlgorithm::Es256, PublicKey::Ec { curve: Curve::P256, x, y }) => {
                let point = [&[0x04], x, y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }
            _ => false,
        };
        if is_valid { decode(self.payload) } else { Err(E::SignatureInvalid) }
    }
}

/// Base64url without padding (RFC 7515 §2).
fn decode(part: &str) -> Result<Vec<u8>, MetadataBlobError> {
    if part.bytes().any(|byte| matches!(byte, b'=' | b'+' | b'/')) {
        return Err(MetadataBlobError::Form);
    }
    base64url::decode(part).map_err(|_| MetadataBlobError::Form)
}
