//! What the contract needs of a database besides the store itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use passgate_core::audit::RequestOrigin;
use passgate_core::ids::{AuditId, CredentialId, TenantId};
use passgate_core::store::Store;

/// A database made for one test.
pub(crate) trait Backend: Sized {
    type Store: Store;

    /// Makes an empty database.
    async fn start() -> Self;

    /// The store under test.
    fn store(&self) -> &Arc<Self::Store>;

    /// Another store on the same database, as another process would open it.
    async fn another(&self) -> Self::Store;

    /// Runs a statement that changes rows, behind the store's back.
    async fn execute(&self, sql: &str);

    /// A tenant's audit log in the order in which the fixtures made it.
    async fn audit_log(&self, tenant_id: TenantId) -> Vec<AuditRow>;

    /// How many rows each table has that belong to the tenant.
    async fn rows_of(&self, tenant_id: TenantId) -> BTreeMap<String, u64>;
}

/// A row of the audit log, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditRow {
    pub(crate) id: AuditId,
    pub(crate) kind: String,
    pub(crate) error: Option<String>,
    pub(crate) origin: RequestOrigin,
    pub(crate) actor: Option<String>,
    pub(crate) credential: Option<CredentialId>,
    pub(crate) transaction_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl AuditRow {
    /// The row that an entry must have become.
    pub(crate) fn of(entry: &passgate_core::audit::AuditEntry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind.as_str().to_owned(),
            error: entry.error.as_deref().map(str::to_owned),
            origin: entry.origin.clone(),
            actor: entry.actor.as_ref().map(|actor| actor.as_str().to_owned()),
            credential: entry.credential.clone(),
            transaction_id: entry.transaction.as_ref().map(|id| id.as_str().to_owned()),
            created_at: entry.at.as_millis(),
            updated_at: entry.at.as_millis(),
        }
    }

    /// What it says, without who asked and when.
    pub(crate) fn gist(&self) -> (&str, Option<&str>, Option<&str>) {
        (&self.kind, self.error.as_deref(), self.actor.as_deref())
    }
}
