//! Tenants.

use passgate_core::clock::Timestamp;
use passgate_core::config::TenantConfig;
use passgate_core::ids::TenantId;
use passgate_core::store::{Changed, NewTenant, TenantLookup};
use passgate_core::tenant::{RpIdUse, TenantPurpose, TenantRecord, TenantSummary};
use passgate_core::text::Text;
use rusqlite::{Connection, params};

use super::fault::Fault;
use super::rows::collect;
use super::{api_keys, signing_keys, version};
use crate::records::{self, TenantRow, tenant_columns};
use crate::rows::Blob;

pub(super) fn lookup(db: &Connection, id: TenantId) -> Result<TenantLookup, Fault> {
    // One snapshot: what is read is no older than the version says.
    let snapshot = db.unchecked_transaction()?;
    let version = version::read(&snapshot)?;
    let tenant = match read(&snapshot, id)? {
        Some((display_name, config, import)) => Some(TenantRecord {
            id,
            display_name,
            config,
            import,
            rp_id_use: rp_id_use(&snapshot, id)?,
            purpose: purpose(&snapshot, id)?,
            api_keys: api_keys::list(&snapshot, id)?,
            signing_keys: signing_keys::list(&snapshot, id)?,
        }),
        None => None,
    };
    snapshot.finish()?;
    Ok(TenantLookup { tenant, version })
}

fn read(db: &Connection, id: TenantId) -> Result<Option<TenantRow>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        tenant_columns!(),
        "
         FROM tenants
         WHERE id = ?1"
    ))?;
    let mut rows = statement.query([id.blob()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(records::tenant(row)?))
}

fn purpose(db: &Connection, id: TenantId) -> Result<TenantPurpose, Fault> {
    let is_console = db.prepare_cached("SELECT 1 FROM console WHERE tenant_id = ?1")?.exists([id.blob()])?;
    Ok(if is_console { TenantPurpose::Console } else { TenantPurpose::App })
}

/// Whether other tenants have the same RP ID. Many may (`localhost`), so none is counted.
fn rp_id_use(db: &Connection, id: TenantId) -> Result<RpIdUse, Fault> {
    let shared = "SELECT 1
         FROM tenants AS t
         JOIN tenants AS o
           ON json_extract(o.config, '$.relying_party.id') = json_extract(t.config, '$.relying_party.id')
         WHERE t.id = ?1 AND o.id <> t.id";
    if !db.prepare_cached(shared)?.exists([id.blob()])? {
        return Ok(RpIdUse::Sole);
    }
    let with_import =
        db.prepare_cached(&format!("{shared} AND o.import_began_at IS NOT NULL"))?.exists([id.blob()])?;
    Ok(if with_import { RpIdUse::SharedWithImport } else { RpIdUse::Shared })
}

pub(super) fn list(db: &Connection) -> Result<Vec<TenantSummary>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT id, display_name
         FROM tenants
         ORDER BY display_name, id",
    )?;
    collect(statement.query([])?, records::tenant_summary)
}

/// Whether there is such a tenant.
pub(super) fn exists(db: &Connection, id: TenantId) -> Result<bool, Fault> {
    Ok(db.prepare_cached("SELECT 1 FROM tenants WHERE id = ?1")?.exists([id.blob()])?)
}

pub(super) fn create(db: &Connection, tenant: &NewTenant) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO tenants (id, display_name, config, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?4)",
    )?
    .execute(params![
        tenant.id.blob(),
        tenant.display_name.as_str(),
        serde_json::to_string(&tenant.config)?,
        tenant.now.as_millis(),
    ])?;
    if let Some(key) = &tenant.api_key {
        api_keys::create(db, tenant.id, key)?;
    }
    signing_keys::insert(db, tenant.id, &tenant.signing_key)?;
    version::bump(db)
}

pub(super) fn rename(
    db: &Connection,
    id: TenantId,
    display_name: &Text<1, 128>,
    now: Timestamp,
) -> Result<Changed, Fault> {
    let renamed = db
        .prepare_cached(
            "UPDATE tenants
             SET display_name = ?2, updated_at = ?3
             WHERE id = ?1",
        )?
        .execute(params![id.blob(), display_name.as_str(), now.as_millis()])?;
    changed(db, renamed)
}

pub(super) fn configure(
    db: &Connection,
    id: TenantId,
    config: &TenantConfig,
    now: Timestamp,
) -> Result<Changed, Fault> {
    let configured = db
        .prepare_cached(
            "UPDATE tenants
             SET config = ?2, updated_at = ?3
             WHERE id = ?1",
        )?
        .execute(params![id.blob(), serde_json::to_string(config)?, now.as_millis()])?;
    changed(db, configured)
}

/// How many rows one of [`DELETE_SOME`] deletes at a time.
pub(super) const STEP: u32 = 1_000;

/// What there may be much of in a tenant, other than the console's; with users go their credentials.
pub(super) const DELETE_SOME: [&str; 4] = [
    "DELETE FROM webhook_events WHERE tenant_id = ?1 AND id IN (
         SELECT id FROM webhook_events WHERE tenant_id = ?1 LIMIT ?2
     )",
    "DELETE FROM users WHERE tenant_id = ?1 AND id IN (SELECT id FROM users WHERE tenant_id = ?1 LIMIT ?2)",
    "DELETE FROM credential_tombstones WHERE tenant_id = ?1 AND id_hash IN (
         SELECT id_hash FROM credential_tombstones WHERE tenant_id = ?1 LIMIT ?2
     )",
    "DELETE FROM audit_logs WHERE (tenant_id, created_at, id) IN (
         SELECT tenant_id, created_at, id FROM audit_logs WHERE tenant_id = ?1 LIMIT ?2
     )",
];

/// Does one of [`DELETE_SOME`]. Returns how many rows; there are more as long as it is [`STEP`]. Of the console's tenant,
/// which is not deleted, nothing is.
pub(super) fn delete_some(db: &Connection, id: TenantId, sql: &str) -> Result<u64, Fault> {
    match purpose(db, id)? {
        TenantPurpose::Console => Ok(0),
        TenantPurpose::App => Ok(db.prepare_cached(sql)?.execute(params![id.blob(), STEP])? as u64),
    }
}

/// Deletes a tenant; the schema's foreign keys delete what belongs to it.
pub(super) fn delete(db: &Connection, id: TenantId) -> Result<Changed, Fault> {
    let deleted = db.prepare_cached("DELETE FROM tenants WHERE id = ?1")?.execute([id.blob()])?;
    changed(db, deleted)
}

/// The outcome of a change of `rows` rows that caches must see.
pub(super) fn changed(db: &Connection, rows: usize) -> Result<Changed, Fault> {
    if rows == 0 {
        return Ok(Changed::NotFound);
    }
    version::bump(db)?;
    Ok(Changed::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn what_is_deleted_first_is_found_by_its_tenant() {
        for sql in DELETE_SOME {
            let plan = plan(sql);
            assert!(!plan.contains("SCAN"), "{plan}");
        }
    }
}
