//! Users and their handles.

use passgate_core::audit::AuditEntry;
use passgate_core::clock::Timestamp;
use passgate_core::credential::{Deletion, Order, Page, PageRequest};
use passgate_core::ids::{TenantId, UserHandle, UserId};
use passgate_core::signals::{SignalLookup, Signals};
use passgate_core::store::Changed;
use passgate_core::text::Text;
use passgate_core::user::{AppUserId, User, UserDetails, UserProfile, UserRecord};
use rusqlite::{Connection, Rows, params};

use super::count::count;
use super::fault::Fault;
use super::rows::collect;
use super::{credentials, tenants, transactions};
use crate::paging::offset;
use crate::records::{self, user_columns};
use crate::rows::Blob;

/// A statement that selects what [`records::user`] reads.
macro_rules! select_records {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            user_columns!(),
            "
             FROM users
             ",
            $rest
        )
    };
}

pub(super) fn by_id(db: &Connection, tenant_id: TenantId, id: UserId) -> Result<Option<User>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT u.id, u.app_user_id, h.handle
         FROM users AS u
         LEFT JOIN user_handles AS h ON h.tenant_id = u.tenant_id AND h.user_id = u.id
         WHERE u.tenant_id = ?1 AND u.id = ?2
         ORDER BY h.position",
    )?;
    read(tenant_id, statement.query(params![tenant_id.blob(), id.blob()])?)
}

pub(super) fn by_app_id(
    db: &Connection,
    tenant_id: TenantId,
    app_id: &AppUserId,
) -> Result<Option<User>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT u.id, u.app_user_id, h.handle
         FROM users AS u
         LEFT JOIN user_handles AS h ON h.tenant_id = u.tenant_id AND h.user_id = u.id
         WHERE u.tenant_id = ?1 AND u.app_user_id = ?2
         ORDER BY h.position",
    )?;
    read(tenant_id, statement.query(params![tenant_id.blob(), app_id.as_str()])?)
}

/// Reads one user from a row for each of its handles.
fn read(tenant_id: TenantId, mut rows: Rows<'_>) -> Result<Option<User>, Fault> {
    let mut user = None;
    while let Some(row) = rows.next()? {
        records::add_to_user(&mut user, tenant_id, row)?;
    }
    Ok(user)
}

/// A user's handles; the first is the one that new passkeys get.
pub(super) fn handles(db: &Connection, tenant_id: TenantId, id: UserId) -> Result<Vec<UserHandle>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT handle FROM user_handles WHERE tenant_id = ?1 AND user_id = ?2 ORDER BY position",
    )?;
    collect(statement.query(params![tenant_id.blob(), id.blob()])?, |row| {
        records::user_handle(tenant_id, row)
    })
}

/// The app's own id of a user who is there.
pub(super) fn app_id(db: &Connection, tenant_id: TenantId, id: UserId) -> Result<AppUserId, Fault> {
    let mut statement =
        db.prepare_cached("SELECT id, app_user_id FROM users WHERE tenant_id = ?1 AND id = ?2")?;
    let mut rows = statement.query(params![tenant_id.blob(), id.blob()])?;
    let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(records::app_id_of_user(tenant_id, row)?)
}

/// Makes a user, or brings the one with the same app id up to date.
pub(super) fn upsert(
    db: &Connection,
    tenant_id: TenantId,
    profile: &UserProfile,
    new_id: UserId,
    new_handle: &UserHandle,
    now: Timestamp,
) -> Result<User, Fault> {
    let written = db
        .prepare_cached(
            "INSERT INTO users (
                 tenant_id, id, app_user_id, name, display_name, icon, created_at, updated_at
             )
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7
             FROM tenants
             WHERE id = ?1
             ON CONFLICT (tenant_id, app_user_id) DO UPDATE
             SET name = excluded.name,
                 display_name = excluded.display_name,
                 icon = excluded.icon,
                 updated_at = excluded.updated_at",
        )?
        .execute(params![
            tenant_id.blob(),
            new_id.blob(),
            profile.app_id.as_str(),
            profile.name.as_str(),
            profile.display_name.as_ref().map(Text::as_str),
            profile.icon.as_ref().map(Text::as_str),
            now.as_millis(),
        ])?;
    if written == 0 && !tenants::exists(db, tenant_id)? {
        return Err(Fault::TenantGone);
    }
    let mut user = by_app_id(db, tenant_id, &profile.app_id)?.ok_or(Fault::TenantGone)?;
    if user.handles.is_empty() {
        db.prepare_cached(
            "INSERT INTO user_handles (tenant_id, handle, user_id, position)
             VALUES (?1, ?2, ?3, 0)",
        )?
        .execute(params![tenant_id.blob(), new_handle.blob(), user.id.blob()])?;
        user.handles.push(new_handle.clone());
    }
    Ok(user)
}

/// A page of a tenant's users.
pub(super) fn page(
    db: &Connection,
    tenant_id: TenantId,
    page: PageRequest,
) -> Result<Page<UserRecord>, Fault> {
    // One snapshot, so that the count is that of the list.
    let snapshot = db.unchecked_transaction()?;
    let total = count(&snapshot, "SELECT count(*) FROM users WHERE tenant_id = ?1", [tenant_id.blob()])?;
    let sql = match page.order {
        Order::Descending => select_records!(
            "WHERE tenant_id = ?1
             ORDER BY created_at DESC, id DESC
             LIMIT ?2 OFFSET ?3"
        ),
        Order::Ascending => select_records!(
            "WHERE tenant_id = ?1
             ORDER BY created_at, id
             LIMIT ?2 OFFSET ?3"
        ),
    };
    let mut statement = snapshot.prepare_cached(sql)?;
    let rows = statement.query(params![tenant_id.blob(), page.per_page, offset(page)])?;
    let items = collect(rows, |row| records::user(tenant_id, row))?;
    drop(statement);
    snapshot.finish()?;
    Ok(Page { items, total })
}

/// A user with credentials and transactions.
pub(super) fn details(
    db: &Connection,
    tenant_id: TenantId,
    id: UserId,
) -> Result<Option<UserDetails>, Fault> {
    // One snapshot, so that what is listed belongs together.
    let snapshot = db.unchecked_transaction()?;
    let details = match record(&snapshot, tenant_id, id)? {
        Some(user) => Some(UserDetails {
            user,
            credentials: credentials::of_user(&snapshot, tenant_id, id)?,
            transactions: transactions::of_user(&snapshot, tenant_id, id)?,
        }),
        None => None,
    };
    snapshot.finish()?;
    Ok(details)
}

fn record(db: &Connection, tenant_id: TenantId, id: UserId) -> Result<Option<UserRecord>, Fault> {
    let mut statement = db.prepare_cached(select_records!("WHERE tenant_id = ?1 AND id = ?2"))?;
    let mut rows = statement.query(params![tenant_id.blob(), id.blob()])?;
    Ok(rows.next()?.map(|row| records::user(tenant_id, row)).transpose()?)
}

/// What a browser is to be told of a user.
pub(super) fn signals(db: &Connection, tenant_id: TenantId, user: &AppUserId) -> Result<SignalLookup, Fault> {
    // One snapshot: a credential that is left out by mistake may be deleted from a device.
    let snapshot = db.unchecked_transaction()?;
    let lookup = match by_app_id(&snapshot, tenant_id, user)? {
        None => SignalLookup::UnknownUser,
        Some(user) if shares_handle(&snapshot, tenant_id, user.id)? => SignalLookup::HandleShared,
        Some(user) => match record(&snapshot, tenant_id, user.id)? {
            None => SignalLookup::UnknownUser,
            Some(UserRecord { id, profile }) => SignalLookup::Found(Signals {
                profile,
                handles: user.handles,
                credentials: credentials::ids_of_user(&snapshot, tenant_id, id)?,
            }),
        },
    };
    snapshot.finish()?;
    Ok(lookup)
}

/// Whether a user of another tenant with the same RP ID has one of this user's handles.
fn shares_handle(db: &Connection, tenant_id: TenantId, id: UserId) -> Result<bool, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT 1
         FROM user_handles AS own
         JOIN user_handles AS other ON other.handle = own.handle AND other.tenant_id <> own.tenant_id
         JOIN tenants AS own_tenant ON own_tenant.id = own.tenant_id
         JOIN tenants AS other_tenant ON other_tenant.id = other.tenant_id
         WHERE own.tenant_id = ?1
           AND own.user_id = ?2
           AND json_extract(other_tenant.config, '$.relying_party.id')
               = json_extract(own_tenant.config, '$.relying_party.id')",
    )?;
    Ok(statement.exists(params![tenant_id.blob(), id.blob()])?)
}

/// Deletes a user and, first, while it is known which they are, the user's credentials; the schema's foreign keys delete
/// the rest of what belongs to them.
pub(super) fn delete(
    db: &Connection,
    tenant_id: TenantId,
    id: UserId,
    audit: &AuditEntry,
) -> Result<Changed, Fault> {
    credentials::delete_all(db, id, Deletion::WithUser, audit)?;
    let deleted = db
        .prepare_cached("DELETE FROM users WHERE tenant_id = ?1 AND id = ?2")?
        .execute(params![tenant_id.blob(), id.blob()])?;
    Ok(if deleted == 0 { Changed::NotFound } else { Changed::Done })
}
