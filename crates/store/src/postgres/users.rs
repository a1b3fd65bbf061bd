//! Users and their handles.

use passgate_core::audit::AuditEntry;
use passgate_core::clock::Timestamp;
use passgate_core::credential::{Deletion, Order, Page, PageRequest};
use passgate_core::ids::{TenantId, UserHandle, UserId};
use passgate_core::signals::{SignalLookup, Signals};
use passgate_core::store::Changed;
use passgate_core::text::Text;
use passgate_core::user::{AppUserId, User, UserDetails, UserProfile, UserRecord};
use tokio_postgres::Row;
use uuid::Uuid;

use super::connections::Session;
use super::fault::Fault;
use super::rows::collect;
use super::{credentials, transactions};
use crate::paging::offset;
use crate::records::{self, user_columns};
use crate::rows::Blob;

/// A statement that selects what [`records::user`] reads.
macro_rules! select_users {
    ($rest:literal) => {
        concat!("SELECT ", user_columns!(), " FROM users ", $rest)
    };
}

pub(super) async fn by_id(db: &Session, tenant_id: TenantId, id: UserId) -> Result<Option<User>, Fault> {
    let rows = db
        .rows(
            "SELECT u.id, u.app_user_id, h.handle
             FROM users AS u
             LEFT JOIN user_handles AS h ON h.tenant_id = u.tenant_id AND h.user_id = u.id
             WHERE u.tenant_id = $1 AND u.id = $2
             ORDER BY h.position",
            &[tenant_id.as_uuid(), id.as_uuid()],
        )
        .await?;
    read(tenant_id, &rows)
}

pub(super) async fn by_app_id(
    db: &Session,
    tenant_id: TenantId,
    app_id: &AppUserId,
) -> Result<Option<User>, Fault> {
    let rows = db
        .rows(
            "SELECT u.id, u.app_user_id, h.handle
             FROM users AS u
             LEFT JOIN user_handles AS h ON h.tenant_id = u.tenant_id AND h.user_id = u.id
             WHERE u.tenant_id = $1 AND u.app_user_id = $2
             ORDER BY h.position",
            &[tenant_id.as_uuid(), &app_id.as_str()],
        )
        .await?;
    read(tenant_id, &rows)
}

/// Reads one user from a row for each of its handles.
fn read(tenant_id: TenantId, rows: &[Row]) -> Result<Option<User>, Fault> {
    let mut user = None;
    for row in rows {
        records::add_to_user(&mut user, tenant_id, row)?;
    }
    Ok(user)
}

/// A user's handles; the first is the one that new passkeys get.
pub(super) async fn handles(db: &Session, tenant_id: TenantId, id: UserId) -> Result<Vec<UserHandle>, Fault> {
    let rows = db
        .rows(
            "SELECT handle FROM user_handles WHERE tenant_id = $1 AND user_id = $2 ORDER BY position",
            &[tenant_id.as_uuid(), id.as_uuid()],
        )
        .await?;
    collect(&rows, |row| records::user_handle(tenant_id, row))
}

/// The app's own id of a user who is there.
pub(super) async fn app_id(db: &Session, tenant_id: TenantId, id: UserId) -> Result<AppUserId, Fault> {
    let row = db
        .row(
            "SELECT id, app_user_id FROM users WHERE tenant_id = $1 AND id = $2",
            &[tenant_id.as_uuid(), id.as_uuid()],
        )
        .await?
        .ok_or(Fault::Gone)?;
    Ok(records::app_id_of_user(tenant_id, &row)?)
}

/// Whether there is such a user. If so, others who delete it, or begin a registration of it, wait.
pub(super) async fn lock(db: &Session, tenant_id: TenantId, id: UserId) -> Result<bool, Fault> {
    db.exists(
        "SELECT 1
         FROM users AS u
         JOIN tenants AS t ON t.id = u.tenant_id
         WHERE u.tenant_id = $1 AND u.id = $2
         FOR KEY SHARE OF t
         FOR UPDATE OF u",
        &[tenant_id.as_uuid(), id.as_uuid()],
    )
    .await
}

/// Makes a user, or brings the one with the same app id up to date. The user's row is locked then, so that of several
/// at once one makes the handle.
pub(super) async fn upsert(
    db: &Session,
    tenant_id: TenantId,
    profile: &UserProfile,
    new_id: UserId,
    new_handle: &UserHandle,
    now: Timestamp,
) -> Result<User, Fault> {
    let written = db
        .execute(
            "INSERT INTO users (
                 tenant_id, id, app_user_id, name, display_name, icon, created_at, updated_at
             )
             SELECT $1, $2, $3, $4, $5, $6, $7, $7
             FROM (SELECT 1 FROM tenants WHERE id = $1 FOR KEY SHARE) AS tenant
             ON CONFLICT (tenant_id, app_user_id) DO UPDATE
             SET name = excluded.name,
                 display_name = excluded.display_name,
                 icon = excluded.icon,
                 updated_at = excluded.updated_at",
            &[
                tenant_id.as_uuid(),
                new_id.as_uuid(),
                &profile.app_id.as_str(),
                &profile.name.as_str(),
                &profile.display_name.as_ref().map(Text::as_str),
                &profile.icon.as_ref().map(Text::as_str),
                &now.as_millis(),
            ],
        )
        .await?;
    if written == 0 {
        return Err(Fault::Gone);
    }
    let mut user = by_app_id(db, tenant_id, &profile.app_id).await?.ok_or(Fault::Gone)?;
    if user.handles.is_empty() {
        db.execute(
            "INSERT INTO user_handles (tenant_id, handle, user_id, position)
             VALUES ($1, $2, $3, 0)",
            &[tenant_id.as_uuid(), &new_handle.blob(), user.id.as_uuid()],
        )
        .await?;
        user.handles.push(new_handle.clone());
    }
    Ok(user)
}

/// A page of a tenant's users. To be called in a snapshot, so that the count is that of the list.
pub(super) async fn page(
    db: &Session,
    tenant_id: TenantId,
    page: PageRequest,
) -> Result<Page<UserRecord>, Fault> {
    let total = db.count("SELECT count(*) FROM users WHERE tenant_id = $1", &[tenant_id.as_uuid()]).await?;
    let sql = match page.order {
        Order::Descending => {
            select_users!("WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3")
        }
        Order::Ascending => select_users!("WHERE tenant_id = $1 ORDER BY created_at, id LIMIT $2 OFFSET $3"),
    };
    let rows = db.rows(sql, &[tenant_id.as_uuid(), &i64::from(page.per_page), &offset(page)]).await?;
    Ok(Page { items: collect(&rows, |row| records::user(tenant_id, row))?, total })
}

/// A user with credentials and transactions. To be called in a snapshot, so that what is listed belongs together.
pub(super) async fn details(
    db: &Session,
    tenant_id: TenantId,
    id: UserId,
) -> Result<Option<UserDetails>, Fault> {
    let Some(user) = record(db, tenant_id, id).await? else { return Ok(None) };
    Ok(Some(UserDetails {
        user,
        credentials: credentials::of_user(db, tenant_id, id).await?,
        transactions: transactions::of_user(db, tenant_id, id).await?,
    }))
}

async fn record(db: &Session, tenant_id: TenantId, id: UserId) -> Result<Option<UserRecord>, Fault> {
    let sql = select_users!("WHERE tenant_id = $1 AND id = $2");
    let row = db.row(sql, &[tenant_id.as_uuid(), id.as_uuid()]).await?;
    Ok(row.map(|row| records::user(tenant_id, &row)).transpose()?)
}

/// What a browser is to be told of a user. To be called in a snapshot: a credential that is left out by mistake may be
/// deleted from a device.
pub(super) async fn signals(
    db: &Session,
    tenant_id: TenantId,
    user: &AppUserId,
) -> Result<SignalLookup, Fault> {
    let Some(user) = by_app_id(db, tenant_id, user).await? else { return Ok(SignalLookup::UnknownUser) };
    if shares_handle(db, tenant_id, user.id).await? {
        return Ok(SignalLookup::HandleShared);
    }
    let Some(UserRecord { id, profile }) = record(db, tenant_id, user.id).await? else {
        return Ok(SignalLookup::UnknownUser);
    };
    Ok(SignalLookup::Found(Signals {
        profile,
        handles: user.handles,
        credentials: credentials::ids_of_user(db, tenant_id, id).await?,
    }))
}

/// Whether a user of another tenant with the same RP ID has one of this user's handles.
async fn shares_handle(db: &Session, tenant_id: TenantId, id: UserId) -> Result<bool, Fault> {
    db.exists(
        "SELECT 1
         FROM user_handles AS own
         JOIN user_handles AS other ON other.handle = own.handle AND other.tenant_id <> own.tenant_id
         JOIN tenants AS own_tenant ON own_tenant.id = own.tenant_id
         JOIN tenants AS other_tenant ON other_tenant.id = other.tenant_id
         WHERE own.tenant_id = $1
           AND own.user_id = $2
           AND other_tenant.rp_id = own_tenant.rp_id
         LIMIT 1",
        &[tenant_id.as_uuid(), id.as_uuid()],
    )
    .await
}

/// Deletes a user and, first, while it is known which they are, the user's credentials; the schema's foreign keys delete
/// the rest of what belongs to them. No credential can come meanwhile, since the user's row is locked.
pub(super) async fn delete(
    db: &Session,
    tenant_id: TenantId,
    id: UserId,
    audit: &AuditEntry,
) -> Result<Changed, Fault> {
    if !lock(db, tenant_id, id).await? {
        return Ok(Changed::NotFound);
    }
    credentials::delete_all(db, id, Deletion::WithUser, audit).await?;
    db.execute("DELETE FROM users WHERE tenant_id = $1 AND id = $2", &[tenant_id.as_uuid(), id.as_uuid()])
        .await?;
    Ok(Changed::Done)
}

/// The row's id that an app may have named a user by.
pub(super) fn row_id(user: &AppUserId) -> Option<Uuid> {
    user.as_str().parse().ok().map(|id: UserId| *id.as_uuid())
}
