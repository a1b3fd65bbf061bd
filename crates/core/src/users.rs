//! What operators see and do of a tenant's users, and its audit log.

use crate::audit::{AuditFilter, AuditPlace, AuditRow, AuditType, RequestOrigin};
use crate::credential::{Page, PageRequest};
use crate::ids::{TenantId, UserId};
use crate::passgate::Passgate;
use crate::store::{Changed, Store, StoreError};
use crate::user::{UserDetails, UserRecord};

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

    /// A page of a tenant's audit log.
    pub async fn audit_log(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditRow>, StoreError> {
        self.store.audit_log(tenant_id, filter, page).await
    }
}
