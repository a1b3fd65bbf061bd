//! No attestation (§8.7).

use super::{AttestationError, AttestationFormat, AttestationType, Statement, Verdict};
use crate::cbor::Reader;

/// The statement is an empty map, and proves nothing.
pub(super) fn verify(statement: &Statement<'_>) -> Result<Verdict, AttestationError> {
    if Reader::new(statement.members).map()? != 0 {
        return Err(AttestationError::UnexpectedMember);
    }
    Ok(Verdict::uncertified(AttestationFormat::None, AttestationType::None))
}
