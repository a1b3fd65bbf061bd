//! API keys.

use passgate_core::api_key::{ApiKeyRecord, NewApiKey};
use passgate_core::clock::Timestamp;
use passgate_core::ids::{ApiKeyId, TenantId};
use passgate_core::store::{Changed, Inserted, KeyRoll};
use rusqlite::{Connection, params};

use super::fault::Fault;
use super::rows::collect;
use super::{tenants, version};
use crate::records::{self, api_key_columns};
use crate::rows::Blob;

pub(super) fn create(db: &Connection, tenant_id: TenantId, key: &NewApiKey) -> Result<Inserted, Fault> {
    let inserted = db
        .prepare_cached(
            "INSERT INTO api_keys (tenant_id, id, name, hash, hint, created_at, expires_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
             FROM tenants
             WHERE id = ?1
             ON CONFLICT (tenant_id, name) DO NOTHING",
        )?
        .execute(params![
            tenant_id.blob(),
            key.id.blob(),
            key.name.as_str(),
            key.hash.blob(),
            key.hint,
            key.created_at.as_millis(),
            key.expires_at.map(Timestamp::as_millis),
        ])?;
    if inserted == 1 {
        version::bump(db)?;
        return Ok(Inserted::Stored);
    }
    // No other writer can come between.
    Ok(if tenants::exists(db, tenant_id)? { Inserted::NameTaken } else { Inserted::UnknownTenant })
}

pub(super) fn list(db: &Connection, tenant_id: TenantId) -> Result<Vec<ApiKeyRecord>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        api_key_columns!(),
        "
         FROM api_keys
         WHERE tenant_id = ?1
         ORDER BY created_at, id"
    ))?;
    collect(statement.query([tenant_id.blob()])?, |row| records::api_key(tenant_id, row))
}

pub(super) fn roll(
    db: &Connection,
    tenant_id: TenantId,
    replaced: ApiKeyId,
    ends_at: Timestamp,
    key: &NewApiKey,
) -> Result<KeyRoll, Fault> {
    let exists = db
        .prepare_cached("SELECT 1 FROM api_keys WHERE tenant_id = ?1 AND id = ?2")?
        .exists(params![tenant_id.blob(), replaced.blob()])?;
    if !exists {
        return Ok(KeyRoll::NotFound);
    }
    match create(db, tenant_id, key)? {
        Inserted::Stored => {}
        Inserted::NameTaken => return Ok(KeyRoll::NameTaken),
        Inserted::UnknownTenant => return Ok(KeyRoll::NotFound),
    }
    db.prepare_cached(
        "UPDATE api_keys
         SET expires_at = min(coalesce(expires_at, ?3), ?3)
         WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![tenant_id.blob(), replaced.blob(), ends_at.as_millis()])?;
    Ok(KeyRoll::Done)
}

/// Deletes a key for good: no import brings it back.
pub(super) fn delete(db: &Connection, tenant_id: TenantId, id: ApiKeyId) -> Result<Changed, Fault> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO deleted_api_keys (tenant_id, hash)
         SELECT tenant_id, hash FROM api_keys WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![tenant_id.blob(), id.blob()])?;
    let deleted = db
        .prepare_cached("DELETE FROM api_keys WHERE tenant_id = ?1 AND id = ?2")?
        .execute(params![tenant_id.blob(), id.blob()])?;
    tenants::changed(db, deleted)
}

/// Notes uses; one that is known to be older than another is of no interest.
pub(super) fn touch(db: &Connection, uses: &[(TenantId, ApiKeyId, Timestamp)]) -> Result<(), Fault> {
    let mut statement = db.prepare_cached(
        "UPDATE api_keys
         SET last_used_at = ?3
         WHERE tenant_id = ?1 AND id = ?2 AND (last_used_at IS NULL OR last_used_at < ?3)",
    )?;
    for (tenant_id, id, at) in uses {
        statement.execute(params![tenant_id.blob(), id.blob(), at.as_millis()])?;
    }
    Ok(())
}
