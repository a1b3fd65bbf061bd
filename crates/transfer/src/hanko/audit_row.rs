//! Rows of the audit log.

use passgate_core::audit::{AuditRow, AuditType, RequestOrigin};
use passgate_core::clock::Timestamp;
use passgate_core::ids::AuditId;
use passgate_core::transfer::TransferRecord;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::report::{Note, Place};
use crate::unusable::Unusable;

/// Each row, oldest first.
pub(super) const QUERY: &str = "
    SELECT id, coalesce(type, '') AS type, error,
           coalesce(meta_http_request_id, '') AS request_id, coalesce(meta_source_ip, '') AS source_ip,
           coalesce(meta_user_agent, '') AS user_agent, actor_user_id::text AS actor, transaction_id,
           floor(extract(epoch FROM created_at) * 1000)::bigint AS created_at
    FROM audit_logs WHERE tenant_id = $1 ORDER BY audit_logs.created_at, id";

#[derive(Debug)]
pub(super) struct AuditLogRow {
    id: Uuid,
    kind: String,
    error: Option<String>,
    request_id: String,
    source_ip: String,
    user_agent: String,
    actor: Option<String>,
    transaction_id: Option<String>,
    created_at: i64,
}

impl AuditLogRow {
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("type")?,
            error: row.try_get("error")?,
            request_id: row.try_get("request_id")?,
            source_ip: row.try_get("source_ip")?,
            user_agent: row.try_get("user_agent")?,
            actor: row.try_get("actor")?,
            transaction_id: row.try_get("transaction_id")?,
            created_at: row.try_get("created_at")?,
        })
    }

    pub(super) fn place(&self) -> Place {
        Place::Row { table: "audit_logs", id: self.id.to_string() }
    }

    pub(super) fn record(self) -> Result<(TransferRecord, Vec<Note>), Unusable> {
        let kind = AuditType::from_name(&self.kind)
            .ok_or_else(|| Unusable::with("audit_type_unknown", &self.kind))?;
        let record = AuditRow {
            id: AuditId::new(self.id),
            kind,
            error: self.error,
            actor: self.actor.filter(|actor| !actor.is_empty()),
            credential: None,
            transaction: self.transaction_id.filter(|id| !id.is_empty()),
            origin: RequestOrigin {
                request_id: self.request_id,
                source_ip: self.source_ip,
                user_agent: self.user_agent,
            },
            at: Timestamp::from_millis(self.created_at),
        };
        Ok((TransferRecord::Audit(Box::new(record)), Vec::new()))
    }
}
