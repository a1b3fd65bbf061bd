//! FIDO U2F attestation (§8.6).

use super::{
    AttestationError, AttestationFormat, AttestationType, Statement, Verdict, certificate::Certificate,
    members::Members,
};
use crate::{
    Algorithm,
    cose::{Curve, PublicKey},
    signature,
};

/// What only FIDO U2F attestation checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FidoU2fError {
    /// `x5c` has more than one certificate.
    #[error("a FIDO U2F attestation has one certificate")]
    CertificateCount,
    /// The certificate's key isn't on P-256.
    #[error("the key of the FIDO U2F attestation certificate is not on P-256")]
    CertificateKey,
    /// The credential's key isn't on P-256: U2F has no other.
    #[error("the credential's key is not on P-256, and a U2F key's always is")]
    CredentialKey,
}

impl FidoU2fError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CertificateCount => "attestation_u2f_certificate_count",
            Self::CertificateKey => "attestation_u2f_certificate_key",
            Self::CredentialKey => "attestation_u2f_credential_key",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::CertificateCount | Self::CertificateKey => "§7.1 step 22: §8.6 step 2",
            Self::CredentialKey => "§7.1 step 22: §8.6 step 4",
        }
    }
}

/// The verification procedure of §8.6.
pub(super) fn verify(statement: &Statement<'_>) -> Result<Verdict, AttestationError> {
    // §8.6 step 1.
    let members = Members::read(statement.members, &["x5c", "sig"])?;
    let signature = members.signature()?;
    // §8.6 step 2.
    let certificates = members.certificates()?;
    if certificates.len() != 1 {
        return Err(FidoU2fError::CertificateCount.into());
    }
    let certificate = Certificate::first_of(certificates)?;
    let certificate_key = certificate.public_key()?;
    if !matches!(certificate_key, PublicKey::Ec { curve: Curve::P256, .. }) {
        return Err(FidoU2fError::CertificateKey.into());
    }
    // §8.6 steps 3 and 4.
    let PublicKey::Ec { curve: Curve::P256, x, y } = statement.credential_key.public_key else {
        return Err(FidoU2fError::CredentialKey.into());
    };
    // §8.6 step 5: a zero byte, and 0x04 before an uncompressed point.
    let verification_data =
        [&[0x00], statement.rp_id_hash, statement.client_data_hash(), statement.credential_id, &[0x04], x, y]
            .concat();
    // §8.6 step 6.
    signature::verify(Algorithm::Es256, &certificate_key, &verification_data, signature)
        .map_err(|_| AttestationError::SignatureInvalid)?;
    // §8.6 steps 7 and 8.
    Ok(Verdict::certified(AttestationFormat::FidoU2f, AttestationType::Basic, certificates))
}
