//! Credential public keys as COSE keys (§6.5.1.1, §5.8.5; RFC 9052 §7, RFC 9053 §7, RFC 8230 §4, RFC 9964 §4).

use crate::{
    Algorithm, CborError, UnsupportedAlgorithm,
    cbor::{self, Key, KeyOrder, Reader},
    signature::VerificationKey,
};

const KEY_TYPE_OKP: i64 = 1;
const KEY_TYPE_EC2: i64 = 2;
const KEY_TYPE_RSA: i64 = 3;
/// An algorithm's own key pair (RFC 9964 §3): `alg` says what `pub` is.
const KEY_TYPE_AKP: i64 = 7;
const CURVE_ED25519: i64 = 6;

/// The smallest modulus, in bytes: 2048 bits.
const MIN_RSA_BYTES: usize = 256;
/// The largest modulus, in bytes: 8192 bits, beyond which verifying takes too long.
const MAX_RSA_BYTES: usize = 1024;
/// The longest exponent, in bytes; nearly every key has 65537, which takes three.
const MAX_RSA_EXPONENT_BYTES: usize = 4;

/// 2^255 - 19, little-endian as points are (RFC 8032 §5.1).
const ED25519_PRIME: [u8; 32] = with_ends(0xed, 0xff, 0x7f);

/// The y of each point whose order divides 8: 1 (order 1), -1 (2), 0 (4), and two of order 8.
const ED25519_LOW_ORDER: [[u8; 32]; 5] = [
    with_ends(1, 0, 0),
    with_ends(0xec, 0xff, 0x7f),
    [0; 32],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
];

/// 32 bytes: the first, the last, and between them all the same.
const fn with_ends(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// An elliptic curve for ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    const fn from_cose(id: i64) -> Option<Self> {
        match id {
            1 => Some(Self::P256),
            2 => Some(Self::P384),
            3 => Some(Self::P521),
            _ => None,
        }
    }

    /// The length of one coordinate, in bytes.
    pub(crate) const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// A parameter set of ML-DSA (FIPS 204 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MlDsa {
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

impl MlDsa {
    const fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::MlDsa44 => Some(Self::MlDsa44),
            Algorithm::MlDsa65 => Some(Self::MlDsa65),
            Algorithm::MlDsa87 => Some(Self::MlDsa87),
            _ => None,
        }
    }

    /// The length of an encoded public key, in bytes (FIPS 204, table 2).
    const fn key_bytes(self) -> usize {
        match self {
            Self::MlDsa44 => 1312,
            Self::MlDsa65 => 1952,
            Self::MlDsa87 => 2592,
        }
    }
}

/// The numbers of a public key, whichever form it came in (COSE, or a certificate).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublicKey<'a> {
    /// A point; both coordinates are as long as the curve's.
    Ec { curve: Curve, x: &'a [u8], y: &'a [u8] },
    /// The encoded point, in canonical form and not of low order.
    Ed25519(&'a [u8; 32]),
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa { modulus: &'a [u8], exponent: &'a [u8] },
    /// The encoded key, of the parameter set's length.
    MlDsa { set: MlDsa, key: &'a [u8] },
}

impl<'a> PublicKey<'a> {
    /// An RSA key of numbers without leading zeros, within the sizes accepted here (own check).
    pub(crate) fn rsa(modulus: &'a [u8], exponent: &'a [u8]) -> Result<Self, CoseKeyError> {
        let minimal = |number: &[u8]| number.first().is_some_and(|&byte| byte != 0);
        if !minimal(modulus) || !minimal(exponent) {
            return Err(CoseKeyError::RsaNumber);
        }
        let top_bit_set = modulus.len() > MIN_RSA_BYTES || modulus[0] & 0x80 != 0;
        if !(MIN_RSA_BYTES..=MAX_RSA_BYTES).contains(&modulus.len()) || !top_bit_set {
            return Err(CoseKeyError::RsaSize);
        }
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
        if !odd(modulus) || !odd(exponent) || exponent == [1] || exponent.len() > MAX_RSA_EXPONENT_BYTES {
            return Err(CoseKeyError::RsaNumber);
        }
        Ok(Self::Rsa { modulus, exponent })
    }

    /// An Ed25519 key that isn't of low order, in its canonical form (own check).
    ///
    /// For a point whose order divides 8, signatures can be written without a private key: one verifies for every
    /// message, or for one in a few. RFC 8032 §5.1.7 leaves the check out, and so does the cryptography library;
    /// who registered such a key would let everyone in. A point in another than its canonical form (§5.1.3) is
    /// what some libraries take and others don't. Whether there is a point of this y at all isn't checked: where
    /// there is none, no signature verifies.
    pub(crate) fn ed25519(point: &'a [u8; 32]) -> Result<Self, CoseKeyError> {
        let mut y = *point;
        // The top bit is the sign of x.
        y[31] &= 0x7f;
        if y.iter().rev().ge(ED25519_PRIME.iter().rev()) || ED25519_LOW_ORDER.contains(&y) {
            return Err(CoseKeyError::WeakPoint);
        }
        Ok(Self::Ed25519(point))
    }

    /// Whether signatures of this algorithm are made with such a key.
    pub(crate) const fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm as A;
        match (self, algorithm) {
            // §5.8.5 ties each of these to one curve.
            (Self::Ec { curve: Curve::P256, .. }, A::Es256)
            | (Self::Ec { curve: Curve::P384, .. }, A::Es384)
            | (Self::Ec { curve: Curve::P521, .. }, A::Es512)
            | (Self::Ed25519(_), A::EdDsa)
            | (Self::Rsa { .. }, A::Rs256 | A::Rs384 | A::Rs512 | A::Ps256 | A::Ps384 | A::Ps512)
            | (Self::MlDsa { set: MlDsa::MlDsa44, .. }, A::MlDsa44)
            | (Self::MlDsa { set: MlDsa::MlDsa65, .. }, A::MlDsa65)
            | (Self::MlDsa { set: MlDsa::MlDsa87, .. }, A::MlDsa87) => true,
            (Self::Ec { .. } | Self::Ed25519(_) | Self::Rsa { .. } | Self::MlDsa { .. }, _) => false,
        }
    }
}

/// A credential public key: the algorithm it is for, and its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CoseKey<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) public_key: PublicKey<'a>,
}

/// How a credential public key is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoseKeyError {
    /// It isn't canonical CBOR.
    #[error("the public key is not canonical CBOR: {0}")]
    Cbor(#[from] CborError),
    /// `kty`, `alg`, or a parameter that the key type needs is missing.
    #[error("the public key lacks parameter {label}")]
    MissingParameter {
        /// The COSE label.
        label: i64,
    },
    /// It has a parameter besides those; §6.5.1 forbids optional ones.
    #[error("the public key has a parameter that does not belong there")]
    UnexpectedParameter,
    /// Its algorithm isn't verified here.
    #[error(transparent)]
    Algorithm(#[from] UnsupportedAlgorithm),
    /// Key type, curve and algorithm don't belong together.
    #[error("key type, curve and algorithm of the public key do not belong together")]
    Mismatch,
    /// A coordinate hasn't the curve's length, or the point is compressed (§5.8.5).
    #[error("a coordinate of the public key has the wrong length")]
    Coordinate,
    /// An ML-DSA key hasn't its parameter set's length.
    #[error("the ML-DSA public key has the wrong length")]
    MlDsaLength,
    /// The point isn't on the curve.
    #[error("the public key is not a point on its curve")]
    NotOnCurve,
    /// An Ed25519 point is of low order, so that anyone can sign for it, or not in its canonical form.
    #[error("the Ed25519 public key is of low order or not in its canonical form")]
    WeakPoint,
    /// The RSA modulus isn't of 2048 to 8192 bits.
    #[error("the RSA modulus is not of 2048 to 8192 bits")]
    RsaSize,
    /// An RSA number is even, has leading zeros, or the exponent is 1 or longer than four bytes.
    #[error("the RSA modulus or exponent is malformed")]
    RsaNumber,
}

impl CoseKeyError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Cbor(error) => error.code(),
            Self::MissingParameter { .. } => "public_key_parameter_missing",
            Self::UnexpectedParameter => "public_key_parameter_unexpected",
            Self::Algorithm(error) => error.code(),
            Self::Mismatch => "public_key_mismatch",
            Self::Coordinate => "public_key_coordinate",
            Self::MlDsaLength => "public_key_ml_dsa_length",
            Self::NotOnCurve => "public_key_not_on_curve",
            Self::WeakPoint => "public_key_weak_point",
            Self::RsaSize => "public_key_rsa_size",
            Self::RsaNumber => "public_key_rsa_number",
        }
    }

    /// The part of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Cbor(_) | Self::MissingParameter { .. } | Self::UnexpectedParameter => "§6.5.1",
            Self::Algorithm(_) => "§7.1 step 20",
            Self::Mismatch | Self::Coordinate => "§5.8.5",
            Self::MlDsaLength => "RFC 9964 §4",
            Self::NotOnCurve | Self::WeakPoint | Self::RsaSize | Self::RsaNumber => "own check",
        }
    }
}

impl<'a> CoseKey<'a> {
    /// Reads a key that is the whole of `bytes`. Whether an EC point is on its curve is
    /// [`check_on_curve`](Self::check_on_curve)'s, or the verifier's.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, CoseKeyError> {
        cbor::check_item(bytes, KeyOrder::Canonical)?;
        let parameters = Parameters::read(bytes)?;
        let algorithm = Algorithm::from_cose(parameters.int(3)?)?;
        let public_key = match parameters.int(1)? {
            KEY_TYPE_EC2 => {
                let curve = Curve::from_cose(parameters.int(-1)?).ok_or(CoseKeyError::Mismatch)?;
                let (x, y) = (parameters.bytes(-2)?, parameters.coordinate_y()?);
                if x.len() != curve.coordinate_bytes() || y.len() != curve.coordinate_bytes() {
                    return Err(CoseKeyError::Coordinate);
                }
                PublicKey::Ec { curve, x, y }
            }
            KEY_TYPE_OKP if parameters.int(-1)? == CURVE_ED25519 => {
                parameters.refuse(-3)?;
                let point = parameters.bytes(-2)?.try_into().map_err(|_| CoseKeyError::Coordinate)?;
                PublicKey::ed25519(point)?
            }
            KEY_TYPE_RSA => {
                parameters.refuse(-3)?;
                PublicKey::rsa(parameters.bytes(-1)?, parameters.bytes(-2)?)?
            }
            KEY_TYPE_AKP => {
                parameters.refuse(-2)?;
                parameters.refuse(-3)?;
                let set = MlDsa::of(algorithm).ok_or(CoseKeyError::Mismatch)?;
                let key = parameters.bytes(-1)?;
                // The cryptography library would take a key in X.509's form as well.
                if key.len() != set.key_bytes() {
                    return Err(CoseKeyError::MlDsaLength);
                }
                PublicKey::MlDsa { set, key }
            }
            _ => return Err(CoseKeyError::Mismatch),
        };
        if !public_key.fits(algorithm) {
            return Err(CoseKeyError::Mismatch);
        }
        Ok(Self { algorithm, public_key })
    }

    /// Own check, once at registration: an EC point must be on its curve. (A verifier checks it again.)
    pub(crate) fn check_on_curve(&self) -> Result<(), CoseKeyError> {
        match VerificationKey::new(self.algorithm, &self.public_key) {
            Some(_) => Ok(()),
            None => Err(CoseKeyError::NotOnCurve),
        }
    }
}

/// The labels a credential public key may have; -1 to -3 depend on the key type.
const LABELS: [i64; 5] = [1, 3, -1, -2, -3];

/// The encoded values of a COSE key's parameters.
struct Parameters<'a>([Option<&'a [u8]>; LABELS.len()]);

impl<'a> Parameters<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, CoseKeyError> {
        let mut values = [None; LABELS.len()];
        let mut reader = Reader::new(bytes);
        for _ in 0..reader.map()? {
            let Key::Int(label) = reader.key()? else { return Err(CoseKeyError::UnexpectedParameter) };
            let index = LABELS.iter().position(|known| *known == label);
            values[index.ok_or(CoseKeyError::UnexpectedParameter)?] = Some(reader.item()?);
        }
        Ok(Self(values))
    }

    fn find(&self, label: i64) -> Option<&'a [u8]> {
        LABELS.iter().position(|known| *known == label).and_then(|index| self.0[index])
    }

    fn reader(&self, label: i64) -> Result<Reader<'a>, CoseKeyError> {
        self.find(label).map(Reader::new).ok_or(CoseKeyError::MissingParameter { label })
    }

    fn int(&self, label: i64) -> Result<i64, CoseKeyError> {
        Ok(self.reader(label)?.int()?)
    }

    fn bytes(&self, label: i64) -> Result<&'a [u8], CoseKeyError> {
        Ok(self.reader(label)?.bytes()?)
    }

    /// `y`, which is a boolean in a compressed point: §5.8.5 forbids those.
    fn coordinate_y(&self) -> Result<&'a [u8], CoseKeyError> {
        match self.find(-3) {
            Some([0xf4 | 0xf5]) => Err(CoseKeyError::Coordinate),
            _ => self.bytes(-3),
        }
    }

    fn refuse(&self, label: i64) -> Result<(), CoseKeyError> {
        if self.find(label).is_none() { Ok(()) } else { Err(CoseKeyError::UnexpectedParameter) }
    }
}

#[cfg(test)]
mod tests;
