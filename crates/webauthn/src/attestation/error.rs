//! How an attestation statement fails to verify.

use super::{AndroidKeyError, AppleError, CertificateError, FidoU2fError, TpmError};
use crate::{CborError, UnsupportedAlgorithm};

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
    /// A compound statement has fewer than two statements, or more than eight.
    #[error("a compound attestation statement has two to eight statements")]
    CompoundCount,
    /// A compound statement is within a compound statement.
    #[error("a compound attestation statement is within another")]
    CompoundNested,
    /// What only TPM attestation checks.
    #[error(transparent)]
    Tpm(#[from] TpmError),
    /// What only Android key attestation checks.
    #[error(transparent)]
    AndroidKey(#[from] AndroidKeyError),
    /// What only Apple's anonymous attestation checks.
    #[error(transparent)]
    Apple(#[from] AppleError),
    /// What only FIDO U2F attestation checks.
    #[error(transparent)]
    FidoU2f(#[from] FidoU2fError),
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
            Self::Algorithm(error) => error.code(),
            Self::AlgorithmMismatch => "attestation_algorithm_mismatch",
            Self::CertificateCount => "attestation_certificate_count",
            Self::Certificate(error) => error.code(),
            Self::SignatureInvalid => "attestation_signature_invalid",
            Self::CompoundCount => "attestation_compound_count",
            Self::CompoundNested => "attestation_compound_nested",
            Self::Tpm(error) => error.code(),
            Self::AndroidKey(error) => error.code(),
            Self::Apple(error) => error.code(),
            Self::FidoU2f(error) => error.code(),
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
            | Self::CertificateCount => "§7.1 step 22: syntax of the format's statement (§8)",
            Self::AlgorithmMismatch => "§7.1 step 22: verification procedure (§8.2)",
            Self::SignatureInvalid => "§7.1 step 22: the format's verification procedure (§8)",
            Self::CompoundCount | Self::CompoundNested => "§7.1 step 22: syntax (§8.9)",
            Self::Certificate(error) => error.step(),
            Self::Tpm(error) => error.step(),
            Self::AndroidKey(error) => error.step(),
            Self::Apple(error) => error.step(),
            Self::FidoU2f(error) => error.step(),
        }
    }
}
