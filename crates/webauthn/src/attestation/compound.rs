//! Compound attestation (§8.9).

use super::{AttestationError, AttestationFormat, Statement, Verdict, verify as verify_one};
use crate::{
    RegistrationError,
    cbor::{Key, Reader},
};

/// The most statements in one (own check).
const MAX_STATEMENTS: u64 = 8;

/// The verification procedure of §8.9. Its policy here: every statement must verify.
pub(super) fn verify(statement: &Statement<'_>) -> Result<Vec<Verdict>, RegistrationError> {
    let mut reader = Reader::new(statement.members);
    let count = reader.array().map_err(AttestationError::Cbor)?;
    if !(2..=MAX_STATEMENTS).contains(&count) {
        return Err(AttestationError::CompoundCount.into());
    }
    let mut verdicts = Vec::new();
    for _ in 0..count {
        let (format, members) = read_part(&mut reader)?;
        let format = AttestationFormat::parse(format).ok_or(RegistrationError::AttestationFormatUnknown)?;
        // §8.9, syntax: each is a statement of any format but this.
        if format == AttestationFormat::Compound {
            return Err(AttestationError::CompoundNested.into());
        }
        verdicts.extend(verify_one(format, &Statement { members, ..*statement })?);
    }
    Ok(verdicts)
}

/// `{fmt, attStmt}` (§8.9, syntax).
fn read_part<'a>(reader: &mut Reader<'a>) -> Result<(&'a str, &'a [u8]), AttestationError> {
    let (mut format, mut members) = (None, None);
    for _ in 0..reader.map()? {
        match reader.key()? {
            Key::Text("fmt") => format = Some(reader.text()?),
            Key::Text("attStmt") => members = Some(reader.item()?),
            Key::Text(_) | Key::Int(_) => return Err(AttestationError::UnexpectedMember),
        }
    }
    let missing = |member| AttestationError::MissingMember { member };
    Ok((format.ok_or(missing("fmt"))?, members.ok_or(missing("attStmt"))?))
}
