//! Listing, renaming and deleting credentials.

use crate::audit::{AuditEntry, AuditType, RequestOrigin};
use crate::credential::{Credential, Page, PageRequest};
use crate::ids::CredentialId;
use crate::passgate::Passgate;
use crate::store::{Changed, CredentialChange, CredentialsDeletion, Store, StoreError};
use crate::tenant_cache::Tenant;
use crate::text::Text;
use crate::user::AppUserId;

impl<S: Store> Passgate<S> {
    /// A page of a tenant's credentials, or of one user's.
    pub async fn credentials(
        &self,
        tenant: &Tenant,
        user: Option<AppUserId>,
        page: PageRequest,
    ) -> Result<Page<Credential>, StoreError> {
        self.store.credentials(tenant.id, user, page).await
    }

    /// One credential.
    pub async fn credential(
        &self,
        tenant: &Tenant,
        id: CredentialId,
    ) -> Result<Option<Credential>, StoreError> {
        self.store.credential(tenant.id, id).await
    }

    /// Renames a credential.
    pub async fn rename_credential(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        name: Text<1, 128>,
        origin: &RequestOrigin,
    ) -> Result<Changed, StoreError> {
        let change = self.change(tenant, id, AuditType::CredentialUpdated, origin);
        self.store.rename_credential(change, name).await
    }

    /// Deletes a credential. A login with it is told `credential_revoked` from then on.
    pub async fn delete_credential(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        origin: &RequestOrigin,
    ) -> Result<Changed, StoreError> {
        self.credentials.forget(tenant.id, &id);
        self.store.delete_credential(self.change(tenant, id, AuditType::CredentialDeleted, origin)).await
    }

    /// Deletes all credentials of a user, second factors too. Returns how many, or `None` if there is no such user.
    pub async fn delete_credentials(
        &self,
        tenant: &Tenant,
        user: AppUserId,
        origin: &RequestOrigin,
    ) -> Result<Option<u64>, StoreError> {
        let audit =
            self.audit(tenant.id, AuditType::CredentialDeleted, Some(user.clone()), origin, self.now());
        self.store.delete_credentials(CredentialsDeletion { tenant_id: tenant.id, user, audit }).await
    }

    fn change(
        &self,
        tenant: &Tenant,
        credential_id: CredentialId,
        kind: AuditType,
        origin: &RequestOrigin,
    ) -> CredentialChange {
        let audit = AuditEntry {
            credential: Some(credential_id.clone()),
            ..self.audit(tenant.id, kind, None, origin, self.now())
        };
        CredentialChange { tenant_id: tenant.id, credential_id, audit }
    }
}
