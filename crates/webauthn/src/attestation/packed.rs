//! Packed attestation (§8.2).

use super::{
    AttestationError, AttestationFormat, AttestationType, Statement, Verdict,
    certificate::{self, Certificate},
    members::Members,
};
use crate::signature;

/// The verification procedure of §8.2.
pub(super) fn verify(statement: &Statement<'_>) -> Result<Verdict, AttestationError> {
    let members = Members::read(statement.members, &["alg", "sig", "x5c"])?;
    if members.has_certificates() {
        verify_by_certificate(statement, &members)
    } else {
        verify_by_credential(statement, &members)
    }
}

/// §8.2, where `x5c` is present.
fn verify_by_certificate(
    statement: &Statement<'_>,
    members: &Members<'_>,
) -> Result<Verdict, AttestationError> {
    let (algorithm, signature) = (members.algorithm()?, members.signature()?);
    let certificates = members.certificates()?;
    let certificate = Certificate::first_of(certificates)?;
    let key = certificate.public_key()?;
    signature::verify(algorithm, &key, statement.signed, signature)
        .map_err(|_| AttestationError::SignatureInvalid)?;
    certificate::check_packed(&certificate)?;
    certificate.check_aaguid(statement.aaguid)?;
    Ok(Verdict::certified(AttestationFormat::Packed, AttestationType::Basic, certificates))
}

/// §8.2, self attestation.
fn verify_by_credential(
    statement: &Statement<'_>,
    members: &Members<'_>,
) -> Result<Verdict, AttestationError> {
    let (algorithm, signature) = (members.algorithm()?, members.signature()?);
    let key = statement.credential_key;
    if algorithm != key.algorithm {
        return Err(AttestationError::AlgorithmMismatch);
    }
    signature::verify(algorithm, &key.public_key, statement.signed, signature)
        .map_err(|_| AttestationError::SignatureInvalid)?;
    Ok(Verdict::uncertified(AttestationFormat::Packed, AttestationType::SelfAttestation))
}
