//! Users and their handles.

use passgate_core::clock::Timestamp;
use passgate_core::ids::{TenantId, UserHandle, UserId};
use passgate_core::text::Text;
use passgate_core::user::{AppUserId, User, UserProfile};
use rusqlite::{Connection, Rows, params};

use super::fault::Fault;
use super::rows::{Blob, Columns};
use super::tenants;

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
        let mut columns = Columns::new("users", Some(tenant_id), row);
        let id = columns.uuid("id", UserId::new)?;
        let app_id = columns.parsed("app_user_id", |text| AppUserId::new(text).ok())?;
        let user = user.get_or_insert_with(|| User { id, app_id, handles: Vec::with_capacity(1) });
        user.handles.extend(handle(&mut columns)?);
    }
    Ok(user)
}

/// The handle that an outer join found, if any.
pub(super) fn handle(columns: &mut Columns<'_, '_>) -> Result<Option<UserHandle>, Fault> {
    columns.table("user_handles").optional_bytes("handle", |bytes| UserHandle::new(bytes).ok())
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
