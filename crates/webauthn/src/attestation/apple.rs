//! Apple's anonymous attestation (§8.8).

use aws_lc_rs::digest;
use x509_parser::oid_registry::{Oid, asn1_rs::oid};

use super::{
    AttestationError, AttestationFormat, AttestationType, Statement, Verdict, certificate::Certificate,
    members::Members,
};

/// The extension that holds the nonce (§8.8 step 4).
const NONCE_EXTENSION: Oid<'static> = oid!(1.2.840.113635.100.8.2);

/// What only Apple's anonymous attestation checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppleError {
    /// The certificate has no nonce, or has it in another form than Apple's.
    #[error("Apple's attestation certificate has no nonce")]
    NonceMissing,
    /// The certificate was made for another registration.
    #[error("the nonce of Apple's attestation certificate is of another registration")]
    NonceMismatch,
    /// The certificate is for another key than the credential's.
    #[error("Apple's attestation certificate is for another key than the credential's")]
    PublicKeyMismatch,
}

impl AppleError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NonceMissing => "attestation_apple_nonce_missing",
            Self::NonceMismatch => "attestation_apple_nonce_mismatch",
            Self::PublicKeyMismatch => "attestation_apple_public_key_mismatch",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::NonceMissing | Self::NonceMismatch => "§7.1 step 22: §8.8 step 4",
            Self::PublicKeyMismatch => "§7.1 step 22: §8.8 step 5",
        }
    }
}

/// The verification procedure of §8.8.
pub(super) fn verify(statement: &Statement<'_>) -> Result<Verdict, AttestationError> {
    // §8.8 step 1. Apple's devices send `alg` as well, which the format hasn't and nothing needs.
    let members = Members::read(statement.members, &["x5c", "alg"])?;
    let certificates = members.certificates()?;
    let certificate = Certificate::first_of(certificates)?;
    // §8.8 steps 2 and 3.
    let nonce = digest::digest(&digest::SHA256, statement.signed);
    // §8.8 step 4. The extension is `SEQUENCE { [1] { OCTET STRING } }`, of 32 bytes.
    match certificate.extension(&NONCE_EXTENSION)? {
        Some([0x30, 0x24, 0xa1, 0x22, 0x04, 0x20, value @ ..]) if value.len() == 32 => {
            if value != nonce.as_ref() {
                return Err(AppleError::NonceMismatch.into());
            }
        }
        _ => return Err(AppleError::NonceMissing.into()),
    }
    // §8.8 step 5.
    if certificate.public_key()? != statement.credential_key.public_key {
        return Err(AppleError::PublicKeyMismatch.into());
    }
    // §8.8 step 6.
    Ok(Verdict::certified(AttestationFormat::Apple, AttestationType::AnonymizationCa, certificates))
}
