//! Attestation: what an authenticator proves about itself at registration (§6.5, §8).

mod certificate;
mod none;
mod packed;

pub use certificate::CertificateError;

use crate::{Aaguid, CborError, RegistrationError, UnsupportedAlgorithm, cose::CoseKey};

/// A registered attestation statement format (§8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttestationFormat {
    /// §8.7: no attestation.
    None,
    /// §8.2: made for WebAuthn.
    Packed,
    /// §8.3: by a Trusted Platform Module.
    Tpm,
    /// §8.4: by Android's key store.
    AndroidKey,
    /// §8.5: by Google's `SafetyNet`, which has ended.
    AndroidSafetyNet,
    /// §8.6: by a U2F security key.
    FidoU2f,
    /// §8.8: by Apple's anonymous CA.
    Apple,
    /// §8.9: several at once.
    Compound,
}

impl AttestationFormat {
    /// The format of this identifier (§7.1 step 21: compared case by case).
    #[must_use]
    pub fn parse(identifier: &str) -> Option<Self> {
        Some(match identifier {
            "none" => Self::None,
            "packed" => Self::Packed,
            "tpm" => Self::Tpm,
            "android-key" => Self::AndroidKey,
            "android-safetynet" => Self::AndroidSafetyNet,
            "fido-u2f" => Self::FidoU2f,
            "apple" => Self::Apple,
            "compound" => Self::Compound,
            _ => return None,
        })
    }

    /// The identifier.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Packed => "packed",
            Self::Tpm => "tpm",
            Self::AndroidKey => "android-key",
            Self::AndroidSafetyNet => "android-safetynet",
            Self::FidoU2f => "fido-u2f",
            Self::Apple => "apple",
            Self::Compound => "compound",
        }
    }
}

/// What an attestation statement that verified proves (§6.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttestationType {
    /// Nothing.
    None,
    /// That whoever registered holds the credential's private key.
    SelfAttestation,
    /// That an attestation key signed, whose certificate is in the trust path. Basic and `AttCA` can't be
    /// told apart without knowing the vendor.
    Basic,
}

/// Which attestation is good enough (§7.1 step 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AttestationPolicy {
    /// Any statement that verifies by itself, `none` included. Certificates are not traced to a root, nor
    /// must they be valid now: without a root that would mean nothing.
    #[default]
    Any,
}

/// What a verification procedure is given (§6.5.2).
pub(crate) struct Statement<'a> {
    /// `attStmt`, as checked CBOR.
    pub(crate) members: &'a [u8],
    /// The authenticator data, followed by the hash of the client data.
    pub(crate) signed: &'a [u8],
    pub(crate) aaguid: Aaguid,
    pub(crate) credential_key: &'a CoseKey<'a>,
}

/// What a verification procedure returns.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) attestation_type: AttestationType,
    pub(crate) trust_path: Vec<Vec<u8>>,
}

/// How an attestation statement fails to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// A member has the wrong type.
    #[error("the attestation statement is malformed: {0}")]
    Cbor(#[from] CborError),
    /// A member is missing.
    #[error("the attestation statement lacks {member}")]
    MissingMember {
        /// Its name.
        member: &'static str,
    },
    /// It has a member that its format hasn't.
    #[error("the attestation statement has a member that its format has not")]
    UnexpectedMember,
    /// It has `ecdaaKeyId`: ECDAA is withdrawn.
    #[error("ECDAA attestation is not supported")]
    Ecdaa,
    /// Its algorithm isn't verified here.
    #[error(transparent)]
    Algorithm(#[from] UnsupportedAlgorithm),
    /// A self attestation has another algorithm than the credential's key.
    #[error("the algorithm of the self attestation is not the credential's")]
    AlgorithmMismatch,
    /// `x5c` is empty, or has more than eight certificates.
    #[error("the attestation statement has no certificates, or too many")]
    CertificateCount,
    /// The attestation certificate isn't as its format wants it.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The signature isn't one by the attestation key.
    #[error("the attestation signature is invalid")]
    SignatureInvalid,
}

impl AttestationError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Cbor(_) => "attestation_statement_malformed",
            Self::MissingMember { .. } => "attestation_statement_member_missing",
            Self::UnexpectedMember => "attestation_statement_member_unexpected",
            Self::Ecdaa => "attestation_ecdaa_unsupported",
            Self::Algorithm(_) => "attestation_algorithm_unsupported",
            Self::AlgorithmMismatch => "attestation_algorithm_mismatch",
            Self::CertificateCount => "attestation_certificate_count",
            Self::Certificate(error) => error.code(),
            Self::SignatureInvalid => "attestation_signature_invalid",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Cbor(_)
            | Self::MissingMember { .. }
            | Self::UnexpectedMember
            | Self::Ecdaa
            | Self::Algorithm(_)
            | Self::CertificateCount => "§7.1 step 22: syntax of the statement (§8.2, §8.7)",
            Self::AlgorithmMismatch | Self::SignatureInvalid => "§7.1 step 22: verification procedure (§8.2)",
            Self::Certificate(error) => error.step(),
        }
    }
}

/// Runs the verification procedure of `format` (§7.1 step 22).
pub(crate) fn verify(
    format: AttestationFormat,
    statement: &Statement<'_>,
) -> Result<Verdict, RegistrationError> {
    match format {
        AttestationFormat::None => Ok(none::verify(statement)?),
        AttestationFormat::Packed => Ok(packed::verify(statement)?),
        AttestationFormat::Tpm
        | AttestationFormat::AndroidKey
        | AttestationFormat::AndroidSafetyNet
        | AttestationFormat::FidoU2f
        | AttestationFormat::Apple
        | AttestationFormat::Compound => Err(RegistrationError::AttestationFormatUnsupported { format }),
    }
}
