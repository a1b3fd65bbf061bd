//! What operators see and do of a tenant's users, and its audit log.

use std::time::Duration;

use crate::audit::{AuditFilter, AuditPlace, AuditRow, AuditType, RequestOrigin};
use crate::credential::{Page, PageRequest};
use crate::ids::{TenantId, UserId};
use crate::passgate::Passgate;
use crate::store::{Changed, Store, StoreError};
use crate::user::{UserDetails, UserRecord};

/// How old a row of the audit log is when it is sure that no older one will come: it is written within the time that a
/// request may take, by processes whose clocks agree within seconds.
const SETTLED: Duration = Duration::from_mins(10);

impl<S: Store> Passgate<S> {
    /// A page of a tenant's users; none if there is no such tenant.
    pub async fn users(
        &self,
        tenant_id: TenantId,
        page: PageRequest,
    ) -> Result<Option<Page<UserRecord>>, StoreError> {
        if self.find_tenant(tenant_id).await?.is_none() {
            return Ok(None);
        }
        self.store.users(tenant_id, page).await.map(Some)
    }

    /// A user with credentials and transactions.
    pub async fn user_details(
        &self,
        tenant_id: TenantId,
        id: UserId,
    ) -> Result<Option<UserDetails>, StoreError> {
        self.store.user_details(tenant_id, id).await
    }

    /// Deletes a user with everything of theirs. The audit log keeps what happened, until its retention ends.
    pub async fn delete_user(
        &self,
        tenant_id: TenantId,
        id: UserId,
        origin: &RequestOrigin,
    ) -> Result<Changed, StoreError> {
        let audit = self.audit(tenant_id, AuditType::CredentialDeleted, None, origin, self.now());
        self.store.delete_user(tenant_id, id, audit).await
    }

    /// The rows of a tenant's audit log that a filter lets through, oldest first: at most `limit`, those behind a place.
    pub async fn audit_log_behind(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        place: Option<AuditPlace>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.store.audit_log_behind(tenant_id, filter, place, limit).await
    }

    /// A page of a tenant's audit log. How many rows there are is counted on from the last count of the same filter.
    pub async fn audit_log(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditRow>, StoreError> {
        let key = (tenant_id, filter.clone());
        let known = self.audit_counts.get(&key);
        let settled = self.now() - SETTLED;
        let (found, count) = self.store.audit_log(tenant_id, filter, page, known, settled).await?;
        if let Some(count) = count {
            self.audit_counts.insert(key, count);
        }
        Ok(found)
    }
}
