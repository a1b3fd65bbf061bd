//! No attestation (§8.7).

use super::{AttestationError, AttestationType, Statement, Verdict};
use crate::cbor::Reader;

/// The statement is an empty map, and proves nothing.
pub(super) fn verify(statement: &Statement<'_>) -> Result<Verdict, AttestationError> {
    if Reader::new(statement.members).map()? != 0 {
        return Err(AttestationError::UnexpectedMember);
    }
    Ok(Verdict { attestation_type: AttestationType::None, trust_path: Vec::new() })
}
