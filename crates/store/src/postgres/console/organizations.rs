//! Organizations and their members.

use passgate_core::clock::Timestamp;
use passgate_core::console::Role;
use passgate_core::ids::{OperatorId, OrganizationId};

use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;

/// Makes somebody a member, who must not be one.
pub(super) async fn join(
    db: &Session,
    organization_id: OrganizationId,
    operator_id: OperatorId,
    role: Role,
    now: Timestamp,
) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO memberships (organization_id, operator_id, role, joined_at)
         VALUES ($1, $2, $3, $4)",
        &[organization_id.as_uuid(), operator_id.as_uuid(), &role.as_str(), &now.as_millis()],
    )
    .await?;
    Ok(())
}
