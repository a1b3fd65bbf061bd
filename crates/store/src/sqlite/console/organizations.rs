//! Organizations and their members.

use passgate_core::clock::Timestamp;
use passgate_core::console::Role;
use passgate_core::ids::{OperatorId, OrganizationId};
use rusqlite::{Connection, params};

use crate::rows::Blob;
use crate::sqlite::fault::Fault;

/// Makes somebody a member, who must not be one.
pub(super) fn join(
    db: &Connection,
    organization_id: OrganizationId,
    operator_id: OperatorId,
    role: Role,
    now: Timestamp,
) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO memberships (organization_id, operator_id, role, joined_at)
         VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![organization_id.blob(), operator_id.blob(), role.as_str(), now.as_millis()])?;
    Ok(())
}
