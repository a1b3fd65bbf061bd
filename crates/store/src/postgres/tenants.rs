//! Tenants.

use passgate_core::clock::Timestamp;
use passgate_core::config::TenantConfig;
use passgate_core::ids::TenantId;
use passgate_core::store::{Changed, NewTenant, TenantLookup, Version};
use passgate_core::tenant::{RpIdUse, TenantPurpose, TenantRecord, TenantSummary};
use passgate_core::text::Text;

use super::connections::Session;
use super::fault::Fault;
use super::rows::collect;
use super::{api_keys, signing_keys, version};
use crate::decisions::signed;
use crate::records::{self, TenantRow, tenant_columns};

/// The version, if there is no such tenant: made-up ids cost one statement.
pub(super) async fn absent(db: &Session, id: TenantId) -> Result<Option<Version>, Fault> {
    let row = db
        .row(
            "SELECT value
             FROM version
             WHERE NOT EXISTS (SELECT 1 FROM tenants WHERE id = $1)",
            &[id.as_uuid()],
        )
        .await?;
    Ok(row.map(|row| records::version(&row)).transpose()?)
}

/// To be called in a snapshot: what is read is no older than the version says.
pub(super) async fn lookup(db: &Session, id: TenantId) -> Result<TenantLookup, Fault> {
    let version = version::read(db).await?;
    let tenant = match read(db, id).await? {
        Some((display_name, config, import)) => Some(TenantRecord {
            id,
            display_name,
            config,
            import,
            rp_id_use: rp_id_use(db, id).await?,
            purpose: purpose(db, id).await?,
            api_keys: api_keys::list(db, id).await?,
            signing_keys: signing_keys::list(db, id).await?,
        }),
        None => None,
    };
    Ok(TenantLookup { tenant, version })
}

async fn read(db: &Session, id: TenantId) -> Result<Option<TenantRow>, Fault> {
    let sql = concat!("SELECT ", tenant_columns!(), " FROM tenants WHERE id = $1");
    let row = db.row(sql, &[id.as_uuid()]).await?;
    Ok(row.map(|row| records::tenant(&row)).transpose()?)
}

async fn purpose(db: &Session, id: TenantId) -> Result<TenantPurpose, Fault> {
    let is_console = db.exists("SELECT 1 FROM console WHERE tenant_id = $1", &[id.as_uuid()]).await?;
    Ok(if is_console { TenantPurpose::Console } else { TenantPurpose::App })
}

/// Whether other tenants have the same RP ID. Many may (`localhost`), so none is counted.
async fn rp_id_use(db: &Session, id: TenantId) -> Result<RpIdUse, Fault> {
    let row = db
        .row(
            "SELECT EXISTS (SELECT 1 FROM tenants AS o WHERE o.rp_id = t.rp_id AND o.id <> t.id),
                    EXISTS (
                        SELECT 1
                        FROM tenants AS o
                        WHERE o.rp_id = t.rp_id AND o.id <> t.id AND o.import_began_at IS NOT NULL
                    )
             FROM tenants AS t
             WHERE t.id = $1",
            &[id.as_uuid()],
        )
        .await?
        .ok_or(Fault::Gone)?;
    let (shared, with_import): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
    Ok(match (shared, with_import) {
        (false, _) => RpIdUse::Sole,
        (true, false) => RpIdUse::Shared,
        (true, true) => RpIdUse::SharedWithImport,
    })
}

pub(super) async fn list(db: &Session) -> Result<Vec<TenantSummary>, Fault> {
    let rows = db.rows("SELECT id, display_name FROM tenants ORDER BY display_name, id", &[]).await?;
    collect(&rows, records::tenant_summary)
}

/// Whether there is such a tenant. If so, whoever else locks it waits; who only adds to it does not, and who deletes it
/// does.
pub(super) async fn lock(db: &Session, id: TenantId) -> Result<bool, Fault> {
    db.exists("SELECT 1 FROM tenants WHERE id = $1 FOR NO KEY UPDATE", &[id.as_uuid()]).await
}

/// Keeps a tenant from being deleted until the end of the transaction, if there is such a tenant.
pub(super) async fn hold(db: &Session, id: TenantId) -> Result<bool, Fault> {
    db.exists("SELECT 1 FROM tenants WHERE id = $1 FOR KEY SHARE", &[id.as_uuid()]).await
}

pub(super) async fn create(db: &Session, tenant: &NewTenant) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO tenants (id, display_name, config, rp_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $5)",
        &[
            tenant.id.as_uuid(),
            &tenant.display_name.as_str(),
            &serde_json::to_string(&tenant.config)?,
            &tenant.config.relying_party.id.as_str(),
            &tenant.now.as_millis(),
        ],
    )
    .await?;
    if let Some(key) = &tenant.api_key {
        api_keys::create(db, tenant.id, key).await?;
    }
    signing_keys::insert(db, tenant.id, &tenant.signing_key).await?;
    version::bump(db).await
}

pub(super) async fn rename(
    db: &Session,
    id: TenantId,
    display_name: &Text<1, 128>,
    now: Timestamp,
) -> Result<Changed, Fault> {
    let renamed = db
        .execute(
            "UPDATE tenants
             SET display_name = $2, updated_at = $3
             WHERE id = $1",
            &[id.as_uuid(), &display_name.as_str(), &now.as_millis()],
        )
        .await?;
    changed(db, renamed).await
}

pub(super) async fn configure(
    db: &Session,
    id: TenantId,
    config: &TenantConfig,
    now: Timestamp,
) -> Result<Changed, Fault> {
    let configured = db
        .execute(
            "UPDATE tenants
             SET config = $2, rp_id = $3, updated_at = $4
             WHERE id = $1",
            &[
                id.as_uuid(),
                &serde_json::to_string(config)?,
                &config.relying_party.id.as_str(),
                &now.as_millis(),
            ],
        )
        .await?;
    changed(db, configured).await
}

/// How many rows one step of a deletion deletes, with what hangs on them.
pub(super) const STEP: u64 = 1_000;

/// Statements that delete some rows of tenant $1, $2 at most; those that others are at are left for the end.
pub(super) const DELETE_SOME: [&str; 4] = [
    "DELETE FROM webhook_events WHERE tenant_id = $1 AND id IN (
         SELECT e.id
         FROM webhook_events AS e
         JOIN tenants AS t ON t.id = e.tenant_id
         WHERE e.tenant_id = $1
         LIMIT $2
         FOR KEY SHARE OF t
         FOR UPDATE OF e SKIP LOCKED
     )",
    "DELETE FROM users WHERE tenant_id = $1 AND id IN (
         SELECT u.id
         FROM users AS u
         JOIN tenants AS t ON t.id = u.tenant_id
         WHERE u.tenant_id = $1
         LIMIT $2
         FOR KEY SHARE OF t
         FOR UPDATE OF u SKIP LOCKED
     )",
    "DELETE FROM credential_tombstones WHERE tenant_id = $1 AND id_hash IN (
         SELECT id_hash FROM credential_tombstones WHERE tenant_id = $1 LIMIT $2 FOR UPDATE SKIP LOCKED
     )",
    "DELETE FROM audit_logs WHERE tenant_id = $1 AND (created_at, id) IN (
         SELECT created_at, id FROM audit_logs WHERE tenant_id = $1 LIMIT $2 FOR UPDATE SKIP LOCKED
     )",
];

/// Does one of [`DELETE_SOME`]. Returns how many rows; there are more as long as it is [`STEP`]. Of the console's tenant,
/// which is not deleted, nothing is.
pub(super) async fn delete_some(db: &Session, id: TenantId, sql: &str) -> Result<u64, Fault> {
    match purpose(db, id).await? {
        TenantPurpose::Console => Ok(0),
        TenantPurpose::App => db.execute(sql, &[id.as_uuid(), &signed(STEP)]).await,
    }
}

/// Deletes a tenant; the schema's foreign keys delete what belongs to it.
pub(super) async fn delete(db: &Session, id: TenantId) -> Result<Changed, Fault> {
    let deleted = db.execute("DELETE FROM tenants WHERE id = $1", &[id.as_uuid()]).await?;
    changed(db, deleted).await
}

/// The outcome of a change of `rows` rows that caches must see.
pub(super) async fn changed(db: &Session, rows: u64) -> Result<Changed, Fault> {
    if rows == 0 {
        return Ok(Changed::NotFound);
    }
    version::bump(db).await?;
    Ok(Changed::Done)
}
