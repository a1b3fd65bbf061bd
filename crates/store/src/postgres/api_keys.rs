//! API keys.

use passgate_core::api_key::{ApiKeyRecord, NewApiKey};
use passgate_core::clock::Timestamp;
use passgate_core::ids::{ApiKeyId, TenantId};
use passgate_core::store::{Changed, Inserted, KeyRoll};
use uuid::Uuid;

use super::connections::Session;
use super::fault::Fault;
use super::rows::collect;
use super::{tenants, version};
use crate::records::{self, api_key_columns};
use crate::rows::Blob;

pub(super) async fn create(db: &Session, tenant_id: TenantId, key: &NewApiKey) -> Result<Inserted, Fault> {
    if !tenants::lock(db, tenant_id).await? {
        return Ok(Inserted::UnknownTenant);
    }
    let inserted = db
        .execute(
            "INSERT INTO api_keys (tenant_id, id, name, hash, hint, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (tenant_id, name) DO NOTHING",
            &[
                tenant_id.as_uuid(),
                key.id.as_uuid(),
                &key.name.as_str(),
                &key.hash.blob(),
                &key.hint,
                &key.created_at.as_millis(),
                &key.expires_at.map(Timestamp::as_millis),
            ],
        )
        .await?;
    if inserted == 0 {
        return Ok(Inserted::NameTaken);
    }
    version::bump(db).await?;
    Ok(Inserted::Stored)
}

pub(super) async fn list(db: &Session, tenant_id: TenantId) -> Result<Vec<ApiKeyRecord>, Fault> {
    let sql =
        concat!("SELECT ", api_key_columns!(), " FROM api_keys WHERE tenant_id = $1 ORDER BY created_at, id");
    collect(&db.rows(sql, &[tenant_id.as_uuid()]).await?, |row| records::api_key(tenant_id, row))
}

pub(super) async fn roll(
    db: &Session,
    tenant_id: TenantId,
    replaced: ApiKeyId,
    ends_at: Timestamp,
    key: &NewApiKey,
) -> Result<KeyRoll, Fault> {
    // The tenant's lock comes first: nobody else changes its keys until the end.
    if !tenants::lock(db, tenant_id).await? {
        return Ok(KeyRoll::NotFound);
    }
    let ended = "SELECT 1 FROM api_keys WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE";
    if !db.exists(ended, &[tenant_id.as_uuid(), replaced.as_uuid()]).await? {
        return Ok(KeyRoll::NotFound);
    }
    // Before the version is bumped, which others wait for. A name that is taken leaves the other as it was.
    let name_taken = "SELECT 1 FROM api_keys WHERE tenant_id = $1 AND name = $2";
    if db.exists(name_taken, &[tenant_id.as_uuid(), &key.name.as_str()]).await? {
        return Ok(KeyRoll::NameTaken);
    }
    db.execute(
        "UPDATE api_keys
         SET expires_at = least(expires_at, $3)
         WHERE tenant_id = $1 AND id = $2",
        &[tenant_id.as_uuid(), replaced.as_uuid(), &ends_at.as_millis()],
    )
    .await?;
    Ok(match create(db, tenant_id, key).await? {
        Inserted::Stored => KeyRoll::Done,
        Inserted::NameTaken | Inserted::UnknownTenant => {
            return Err(Fault::NoRow("of a key that was checked"));
        }
    })
}

/// Deletes a key for good: no import brings it back.
pub(super) async fn delete(db: &Session, tenant_id: TenantId, id: ApiKeyId) -> Result<Changed, Fault> {
    db.execute(
        "INSERT INTO deleted_api_keys (tenant_id, hash)
         SELECT tenant_id, hash FROM api_keys WHERE tenant_id = $1 AND id = $2
         ON CONFLICT DO NOTHING",
        &[tenant_id.as_uuid(), id.as_uuid()],
    )
    .await?;
    let deleted = db
        .execute(
            "DELETE FROM api_keys WHERE tenant_id = $1 AND id = $2",
            &[tenant_id.as_uuid(), id.as_uuid()],
        )
        .await?;
    tenants::changed(db, deleted).await
}

/// Notes uses; one that is known to be older than another is of no interest. Rows are locked in the order of their
/// keys, since other processes note the uses of the same keys.
pub(super) async fn touch(db: &Session, uses: &[(TenantId, ApiKeyId, Timestamp)]) -> Result<(), Fault> {
    let tenants: Vec<Uuid> = uses.iter().map(|(tenant_id, ..)| *tenant_id.as_uuid()).collect();
    let keys: Vec<Uuid> = uses.iter().map(|(_, id, _)| *id.as_uuid()).collect();
    let times: Vec<i64> = uses.iter().map(|(.., at)| at.as_millis()).collect();
    db.execute(
        "WITH uses AS (
             SELECT tenant_id, id, max(at) AS at
             FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS used (tenant_id, id, at)
             GROUP BY tenant_id, id
         ), locked AS (
             SELECT k.tenant_id, k.id, uses.at
             FROM api_keys AS k
             JOIN uses ON uses.tenant_id = k.tenant_id AND uses.id = k.id
             WHERE k.last_used_at IS NULL OR k.last_used_at < uses.at
             ORDER BY k.tenant_id, k.id
             FOR NO KEY UPDATE OF k
         )
         UPDATE api_keys AS k
         SET last_used_at = locked.at
         FROM locked
         WHERE k.tenant_id = locked.tenant_id AND k.id = locked.id",
        &[&tenants, &keys, &times],
    )
    .await?;
    Ok(())
}
