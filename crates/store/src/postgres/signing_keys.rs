//! Signing keys.

use passgate_core::clock::Timestamp;
use passgate_core::ids::{SigningKeyId, TenantId};
use passgate_core::server_secret::SecretId;
use passgate_core::signing_key::{self, SealedSigningKey, SigningKeyState, Turn};
use passgate_core::store::{Changed, Rotation, SigningKeyDeletion};

use super::connections::Session;
use super::fault::Fault;
use super::rows::collect;
use super::{tenants, version};
use crate::records::{self, signing_key_columns};
use crate::rows::Blob;

pub(super) async fn insert(db: &Session, tenant_id: TenantId, key: &SealedSigningKey) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO signing_keys (
             tenant_id, id, name, kid, algorithm, secret_id, sealed, created_at, signs_from
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            tenant_id.as_uuid(),
            key.id.as_uuid(),
            &key.name.as_str(),
            &key.kid,
            &key.algorithm.as_str(),
            &key.private_key.secret_id.blob(),
            &key.private_key.bytes,
            &key.created_at.as_millis(),
            &key.signs_from.as_millis(),
        ],
    )
    .await?;
    Ok(())
}

/// A tenant's keys, oldest first.
pub(super) async fn list(db: &Session, tenant_id: TenantId) -> Result<Vec<SealedSigningKey>, Fault> {
    let sql = concat!(
        "SELECT ",
        signing_key_columns!(),
        " FROM signing_keys WHERE tenant_id = $1 ORDER BY created_at, id"
    );
    collect(&db.rows(sql, &[tenant_id.as_uuid()]).await?, records::signing_key)
}

pub(super) async fn rotate(
    db: &Session,
    tenant_id: TenantId,
    key: &SealedSigningKey,
    rotation: Rotation,
    now: Timestamp,
) -> Result<Changed, Fault> {
    // Who rotates or deletes keys of one tenant does so one after the other.
    if !tenants::lock(db, tenant_id).await? {
        return Ok(Changed::NotFound);
    }
    let old = list(db, tenant_id).await?;
    insert(db, tenant_id, key).await?;
    let turns: Vec<Turn> = list(db, tenant_id).await?.iter().map(Turn::from).collect();
    for old in &old {
        let goes = match rotation {
            Rotation::Immediate => true,
            Rotation::Graceful => signing_key::state(old.into(), &turns, now) == SigningKeyState::Expired,
        };
        if goes {
            delete_row(db, tenant_id, old.id).await?;
        }
    }
    version::bump(db).await?;
    Ok(Changed::Done)
}

pub(super) async fn delete(
    db: &Session,
    tenant_id: TenantId,
    id: SigningKeyId,
    now: Timestamp,
) -> Result<SigningKeyDeletion, Fault> {
    if !tenants::lock(db, tenant_id).await? {
        return Ok(SigningKeyDeletion::NotFound);
    }
    let all = list(db, tenant_id).await?;
    let Some(key) = all.iter().find(|key| key.id == id) else { return Ok(SigningKeyDeletion::NotFound) };
    if !signing_key::may_delete(key, &all, now) {
        return Ok(SigningKeyDeletion::InUse);
    }
    delete_row(db, tenant_id, id).await?;
    version::bump(db).await?;
    Ok(SigningKeyDeletion::Deleted)
}

async fn delete_row(db: &Session, tenant_id: TenantId, id: SigningKeyId) -> Result<(), Fault> {
    db.execute(
        "DELETE FROM signing_keys WHERE tenant_id = $1 AND id = $2",
        &[tenant_id.as_uuid(), id.as_uuid()],
    )
    .await?;
    Ok(())
}

pub(super) async fn to_reseal(
    db: &Session,
    current: SecretId,
    limit: u32,
) -> Result<Vec<SealedSigningKey>, Fault> {
    // Two ranges, which the index serves, for what <> would search every key for.
    let sql = concat!(
        "SELECT ",
        signing_key_columns!(),
        " FROM signing_keys WHERE secret_id < $1 OR secret_id > $1 LIMIT $2"
    );
    collect(&db.rows(sql, &[&current.blob(), &i64::from(limit)]).await?, records::signing_key)
}

pub(super) async fn reseal(db: &Session, keys: &[SealedSigningKey]) -> Result<u64, Fault> {
    let mut resealed = 0;
    for key in keys {
        resealed += db
            .execute(
                "UPDATE signing_keys
                 SET secret_id = $4, sealed = $5
                 WHERE tenant_id = $1 AND id = $2 AND kid = $3",
                &[
                    key.tenant_id.as_uuid(),
                    key.id.as_uuid(),
                    &key.kid,
                    &key.private_key.secret_id.blob(),
                    &key.private_key.bytes,
                ],
            )
            .await?;
    }
    if resealed > 0 {
        version::bump(db).await?;
    }
    Ok(resealed)
}
