//! What a TPM says, in its own encoding (TPM 2.0 Library, part 2): big-endian, sizes before what they count.

use super::TpmError;
use crate::cose::{Curve, PublicKey};

/// `TPM_GENERATED_VALUE` (part 2 §6.2).
const GENERATED: u32 = 0xff54_4347;
/// `TPM_ST_ATTEST_CERTIFY` (part 2 §6.9).
const ATTEST_CERTIFY: u16 = 0x8017;

/// `TPM_ALG_ID` (part 2 §6.3).
const ALG_RSA: u16 = 0x0001;
const ALG_SCHEMES_WITH_HASH: [u16; 6] = [0x0014, 0x0016, 0x0017, 0x0018, 0x0019, 0x001c];
const ALG_NULL: u16 = 0x0010;
const ALG_RSAES: u16 = 0x0015;
const ALG_ECC: u16 = 0x0023;

/// What an exponent of 0 stands for (part 2 §12.2.3.5).
const DEFAULT_EXPONENT: u32 = 65537;
/// The lengths of `TPMS_CLOCK_INFO` and of the firmware version (part 2 §10.11.1, §10.12.8).
const CLOCK_AND_FIRMWARE_BYTES: usize = 17 + 8;

/// `TPMT_PUBLIC` (part 2 §12.2.4): a key that a TPM holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicArea<'a> {
    pub(super) name_algorithm: u16,
    key: Key<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Key<'a> {
    Rsa { modulus: &'a [u8], exponent: u32 },
    Ecc { curve: u16, x: &'a [u8], y: &'a [u8] },
}

/// `TPMS_ATTEST` (part 2 §10.12.8) over a `TPMS_CERTIFY_INFO`. The other fields are to be ignored (§8.3).
#[derive(Debug, Clone, Copy)]
pub(super) struct CertifyInfo<'a> {
    pub(super) extra_data: &'a [u8],
    /// The certified object's `TPM2B_NAME`: the identifier of a hash algorithm, and the hash.
    pub(super) name: &'a [u8],
}

impl<'a> PublicArea<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, TpmError> {
        Self::read(&mut Reader(bytes)).ok_or(TpmError::PublicAreaMalformed)
    }

    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let kind = reader.u16()?;
        let name_algorithm = reader.u16()?;
        // The object's attributes, and its policy's digest.
        reader.u32()?;
        reader.sized()?;
        // A key that signs what others give it has no symmetric algorithm (part 2 §12.2.3.5, §12.2.3.6).
        if reader.u16()? != ALG_NULL {
            return None;
        }
        reader.scheme()?;
        let key = match kind {
            ALG_RSA => {
                reader.u16()?;
                let exponent = match reader.u32()? {
                    0 => DEFAULT_EXPONENT,
                    exponent => exponent,
                };
                Key::Rsa { modulus: reader.sized()?, exponent }
            }
            ALG_ECC => {
                let curve = reader.u16()?;
                // The key derivation scheme.
                reader.scheme()?;
                Key::Ecc { curve, x: reader.sized()?, y: reader.sized()? }
            }
            _ => return None,
        };
        reader.0.is_empty().then_some(Self { name_algorithm, key })
    }

    /// Whether this is the key of a COSE key (§8.3, `parameters` and `unique`).
    pub(super) fn is(&self, key: &PublicKey<'_>) -> bool {
        match (self.key, *key) {
            (Key::Rsa { modulus, exponent }, PublicKey::Rsa { modulus: other, exponent: bytes }) => {
                modulus == other && number(bytes) == Some(exponent)
            }
            (Key::Ecc { curve, x, y }, PublicKey::Ec { curve: other, x: other_x, y: other_y }) => {
                curve == curve_id(other) && same_number(x, other_x) && same_number(y, other_y)
            }
            _ => false,
        }
    }
}

impl<'a> CertifyInfo<'a> {
    /// §8.3: `magic` and `type` are checked on the way.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, TpmError> {
        let malformed = TpmError::CertificateInfoMalformed;
        let mut reader = Reader(bytes);
        if reader.u32().ok_or(malformed)? != GENERATED {
            return Err(TpmError::Magic);
        }
        if reader.u16().ok_or(malformed)? != ATTEST_CERTIFY {
            return Err(TpmError::AttestationType);
        }
        Self::read(&mut reader).ok_or(malformed)
    }

    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        // The qualified signer.
        reader.sized()?;
        let extra_data = reader.sized()?;
        reader.take(CLOCK_AND_FIRMWARE_BYTES)?;
        let name = reader.sized()?;
        // The qualified name.
        reader.sized()?;
        reader.0.is_empty().then_some(Self { extra_data, name })
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A `TPM2B_…`: its length in two bytes, and its content.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    /// A `TPMT_…_SCHEME` (part 2 §11.2): an algorithm, and its hash algorithm where it has one.
    fn scheme(&mut self) -> Option<()> {
        match self.u16()? {
            ALG_NULL | ALG_RSAES => Some(()),
            scheme if ALG_SCHEMES_WITH_HASH.contains(&scheme) => self.u16().map(drop),
            _ => None,
        }
    }
}

/// `TPM_ECC_CURVE` (part 2 §6.4).
const fn curve_id(curve: Curve) -> u16 {
    match curve {
        Curve::P256 => 3,
        Curve::P384 => 4,
        Curve::P521 => 5,
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    (bytes.len() <= 4).then(|| bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// A TPM may leave out leading zeros, and COSE may not.
fn same_number(left: &[u8], right: &[u8]) -> bool {
    let bare = |number: &'_ [u8]| number.iter().take_while(|byte| **byte == 0).count();
    left[bare(left)..] == right[bare(right)..]
}
