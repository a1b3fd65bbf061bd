//! Signing keys.

use passgate_core::clock::Timestamp;
use passgate_core::ids::{SigningKeyId, TenantId};
use passgate_core::server_secret::SecretId;
use passgate_core::signing_key::{self, SealedSigningKey, SigningKeyState, Turn};
use passgate_core::store::{Changed, Rotation, SigningKeyDeletion};
use rusqlite::{Connection, params};

use super::fault::Fault;
use super::rows::collect;
use super::{tenants, version};
use crate::records::{self, signing_key_columns};
use crate::rows::Blob;

pub(super) fn insert(db: &Connection, tenant_id: TenantId, key: &SealedSigningKey) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO signing_keys (
             tenant_id, id, name, kid, algorithm, secret_id, sealed, created_at, signs_from
         )
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        tenant_id.blob(),
        key.id.blob(),
        key.name.as_str(),
        key.kid,
        key.algorithm.as_str(),
        key.private_key.secret_id.blob(),
        key.private_key.bytes,
        key.created_at.as_millis(),
        key.signs_from.as_millis(),
    ])?;
    Ok(())
}

/// A tenant's keys, oldest first.
pub(super) fn list(db: &Connection, tenant_id: TenantId) -> Result<Vec<SealedSigningKey>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        signing_key_columns!(),
        "
         FROM signing_keys
         WHERE tenant_id = ?1
         ORDER BY created_at, id"
    ))?;
    collect(statement.query([tenant_id.blob()])?, records::signing_key)
}

pub(super) fn rotate(
    db: &Connection,
    tenant_id: TenantId,
    key: &SealedSigningKey,
    rotation: Rotation,
    now: Timestamp,
) -> Result<Changed, Fault> {
    if !tenants::exists(db, tenant_id)? {
        return Ok(Changed::NotFound);
    }
    let old = list(db, tenant_id)?;
    insert(db, tenant_id, key)?;
    let turns: Vec<Turn> = list(db, tenant_id)?.iter().map(Turn::from).collect();
    for old in &old {
        let goes = match rotation {
            Rotation::Immediate => true,
            Rotation::Graceful => signing_key::state(old.into(), &turns, now) == SigningKeyState::Expired,
        };
        if goes {
            delete_row(db, tenant_id, old.id)?;
        }
    }
    version::bump(db)?;
    Ok(Changed::Done)
}

pub(super) fn delete(
    db: &Connection,
    tenant_id: TenantId,
    id: SigningKeyId,
    now: Timestamp,
) -> Result<SigningKeyDeletion, Fault> {
    let all = list(db, tenant_id)?;
    let Some(key) = all.iter().find(|key| key.id == id) else { return Ok(SigningKeyDeletion::NotFound) };
    if !signing_key::may_delete(key, &all, now) {
        return Ok(SigningKeyDeletion::InUse);
    }
    delete_row(db, tenant_id, id)?;
    version::bump(db)?;
    Ok(SigningKeyDeletion::Deleted)
}

fn delete_row(db: &Connection, tenant_id: TenantId, id: SigningKeyId) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM signing_keys WHERE tenant_id = ?1 AND id = ?2")?
        .execute(params![tenant_id.blob(), id.blob()])?;
    Ok(())
}

pub(super) fn to_reseal(
    db: &Connection,
    current: SecretId,
    limit: u32,
) -> Result<Vec<SealedSigningKey>, Fault> {
    // Two ranges, which the index serves, for what <> would search every key for.
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        signing_key_columns!(),
        "
         FROM signing_keys
         WHERE secret_id < ?1 OR secret_id > ?1
         LIMIT ?2"
    ))?;
    collect(statement.query(params![current.blob(), limit])?, records::signing_key)
}

pub(super) fn reseal(db: &Connection, keys: &[SealedSigningKey]) -> Result<u64, Fault> {
    let mut statement = db.prepare_cached(
        "UPDATE signing_keys
         SET secret_id = ?4, sealed = ?5
         WHERE tenant_id = ?1 AND id = ?2 AND kid = ?3",
    )?;
    let mut resealed = 0;
    for key in keys {
        resealed += statement.execute(params![
            key.tenant_id.blob(),
            key.id.blob(),
            key.kid,
            key.private_key.secret_id.blob(),
            key.private_key.bytes,
        ])?;
    }
    if resealed > 0 {
        version::bump(db)?;
    }
    Ok(resealed as u64)
}
