//! The audit log.

use passgate_core::audit::AuditEntry;
use passgate_core::user::AppUserId;
use rusqlite::{Connection, params};

use super::fault::Fault;
use super::rows::Blob;

/// Appends a row, unless its tenant was deleted meanwhile.
pub(super) fn append(db: &Connection, entry: &AuditEntry) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO audit_logs (
             tenant_id, created_at, id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent,
             actor_user_id, transaction_id, updated_at
         )
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL, ?2
         FROM tenants
         WHERE id = ?1",
    )?
    .execute(params![
        entry.tenant_id.blob(),
        entry.at.as_millis(),
        entry.id.blob(),
        entry.kind.as_str(),
        entry.error,
        entry.origin.request_id,
        entry.origin.source_ip,
        entry.origin.user_agent,
        entry.actor.as_ref().map(AppUserId::as_str),
    ])?;
    Ok(())
}
