//! Lists of an environment's that stay fast however long they are: each goes on from a place, and none is counted.

use crate::audit::{AuditFilter, AuditPlace, AuditRows};
use crate::clock::Timestamp;
use crate::credential::Credential;
use crate::ids::{CredentialId, TenantId, UserId};
use crate::passgate::Passgate;
use crate::store::{Store, StoreError};
use crate::text::Text;
use crate::user::UserRecord;

/// How many rows of an audit log one answer looks at, for one thing and for anything in them.
const LOOKED_AT: u32 = 50_000;
const LOOKED_THROUGH: u32 = 15_000;

/// A user as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUser {
    /// The user.
    pub user: UserRecord,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many credentials it has, second factors included.
    pub credentials: u32,
    /// When one of them was last used.
    pub last_used_at: Option<Timestamp>,
}

/// Which users to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserSearch {
    /// All, newest first, behind a place.
    All(Option<UserPlace>),
    /// Those whose id in the app, or whose name, begins with this; by their id in the app. It has no second page.
    BeginningWith(Text<1, 128>),
}

/// Where a user stands in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserPlace {
    /// When it was made.
    pub at: Timestamp,
    /// The row's id, which orders those of one moment.
    pub id: UserId,
}

/// Where a credential stands in the order of its use: by the week, counted from 1970, so that an index of it seldom
/// changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsePlace {
    /// When it was last used. Only the week counts.
    pub at: Timestamp,
    /// Its id, which orders those of one week.
    pub id: CredentialId,
}

impl<S: Store> Passgate<S> {
    /// Some of a tenant's users.
    pub async fn find_users(
        &self,
        tenant_id: TenantId,
        search: UserSearch,
        limit: u32,
    ) -> Result<Vec<ListedUser>, StoreError> {
        self.store.find_users(tenant_id, search, limit).await
    }

    /// The rows of a tenant's audit log that a filter lets through, newest first: at most `limit`, those before a place.
    /// Of a long log that few rows of are let through, each answer goes through a part.
    pub async fn audit_log_before(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        place: Option<AuditPlace>,
        limit: u32,
    ) -> Result<AuditRows, StoreError> {
        // What compares eight texts of a row takes some microseconds for each, what compares one half a microsecond.
        let look_at = if filter.anything.is_some() { LOOKED_THROUGH } else { LOOKED_AT };
        self.store.audit_log_before(tenant_id, filter, place, limit, look_at).await
    }

    /// A tenant's credentials that were not used since a moment, the longest unused first by the week of their last use.
    pub async fn unused_credentials(
        &self,
        tenant_id: TenantId,
        since: Timestamp,
        behind: Option<UsePlace>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError> {
        self.store.unused_credentials(tenant_id, since, behind, limit).await
    }
}
