//! Signatures, as authenticators make them (§6.5.5): ECDSA in ASN.1 DER, all else in its plain form.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ED25519,
    EcdsaVerificationAlgorithm, ML_DSA_44, ML_DSA_65, ML_DSA_87, ParsedPublicKey, PqdsaVerificationAlgorithm,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    RsaPublicKeyComponents,
};

use crate::{
    Algorithm,
    cose::{Curve, MlDsa, PublicKey},
};

/// The signature isn't one of this message by this key (or the key is of another kind than the algorithm's,
/// or no key at all).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignatureInvalid;

/// A public key as the cryptography library has it, for signatures of one algorithm.
#[derive(Debug)]
pub(crate) struct VerificationKey(ParsedPublicKey);

impl VerificationKey {
    /// `None` where the key is of another kind than the algorithm's, or the library does not take it: an EC point must be
    /// on its curve.
    pub(crate) fn new(algorithm: Algorithm, key: &PublicKey<'_>) -> Option<Self> {
        if !key.fits(algorithm) {
            return None;
        }
        let parsed = match *key {
            PublicKey::Ec { curve, x, y } => {
                let mut buffer = [0; MAX_POINT_BYTES];
                ParsedPublicKey::new(ecdsa(curve), uncompressed_point(curve, x, y, &mut buffer)?)
            }
            PublicKey::Ed25519(point) => ParsedPublicKey::new(&ED25519, point),
            PublicKey::Rsa { modulus, exponent } => {
                RsaPublicKeyComponents { n: modulus, e: exponent }.to_parsed_public_key(rsa(algorithm)?)
            }
            PublicKey::MlDsa { set, key } => ParsedPublicKey::new(ml_dsa(set), key),
        };
        parsed.ok().map(Self)
    }

    /// Verifies `signature` over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.0.verify_sig(message, signature).map_err(|_| SignatureInvalid)
    }
}

/// Verifies `signature` over `message` by a key that is used once.
pub(crate) fn verify(
    algorithm: Algorithm,
    key: &PublicKey<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureInvalid> {
    VerificationKey::new(algorithm, key).ok_or(SignatureInvalid)?.verify(message, signature)
}

const MAX_POINT_BYTES: usize = 1 + 2 * Curve::P521.coordinate_bytes();

/// SEC 1 §2.3.3: `0x04 ‖ x ‖ y`; `None` where a coordinate hasn't the curve's length.
fn uncompressed_point<'b>(
    curve: Curve,
    x: &[u8],
    y: &[u8],
    buffer: &'b mut [u8; MAX_POINT_BYTES],
) -> Option<&'b [u8]> {
    let length = curve.coordinate_bytes();
    if x.len() != length || y.len() != length {
        return None;
    }
    buffer[0] = 0x04;
    buffer[1..=length].copy_from_slice(x);
    buffer[1 + length..=2 * length].copy_from_slice(y);
    Some(&buffer[..=2 * length])
}

const fn ecdsa(curve: Curve) -> &'static EcdsaVerificationAlgorithm {
    match curve {
        Curve::P256 => &ECDSA_P256_SHA256_ASN1,
        Curve::P384 => &ECDSA_P384_SHA384_ASN1,
        Curve::P521 => &ECDSA_P521_SHA512_ASN1,
    }
}

const fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256
        | Algorithm::Es384
        | Algorithm::Es512
        | Algorithm::EdDsa
        | Algorithm::MlDsa44
        | Algorithm::MlDsa65
        | Algorithm::MlDsa87 => return None,
    })
}

/// "Pure" ML-DSA with an empty context (RFC 9964 §4).
const fn ml_dsa(set: MlDsa) -> &'static PqdsaVerificationAlgorithm {
    match set {
        MlDsa::MlDsa44 => &ML_DSA_44,
        MlDsa::MlDsa65 => &ML_DSA_65,
        MlDsa::MlDsa87 => &ML_DSA_87,
    }
}
