//! The audit log.

use passgate_core::audit::{AuditCount, AuditEntry, AuditFilter, AuditPlace, AuditRow, AuditType};
use passgate_core::clock::Timestamp;
use passgate_core::config::Retention;
use passgate_core::credential::{Order, Page, PageRequest};
use passgate_core::ids::TenantId;
use passgate_core::transaction::TransactionIdentifier;
use passgate_core::user::AppUserId;
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, params};

use super::audit_blocks;
use super::fault::{Fault, is_foreign_key};
use super::rows::collect;
use super::version;
use crate::paging::{offset, rows_of_page};
use crate::records::{self, audit_columns};
use crate::rows::Blob;

/// Appends a row, unless its tenant was deleted meanwhile.
pub(super) fn append(db: &Connection, entry: &AuditEntry) -> Result<(), Fault> {
    let appended = db.prepare_cached(INSERT)?.execute(params![
        entry.tenant_id.blob(),
        entry.at.as_millis(),
        entry.id.blob(),
        entry.kind.as_str(),
        entry.error.as_deref(),
        entry.origin.request_id,
        entry.origin.source_ip,
        entry.origin.user_agent,
        entry.actor.as_ref().map(AppUserId::as_str),
        entry.transaction.as_ref().map(TransactionIdentifier::as_str),
        entry.credential.as_ref().map(Blob::blob),
    ]);
    match appended {
        // Its only foreign key is its tenant. SQLite looks that up anyway: no statement need do so before.
        Err(error) if is_foreign_key(&error) => Ok(()),
        appended => {
            appended?;
            let user = entry.actor.as_ref().map(AppUserId::as_str);
            audit_blocks::note(db, entry.tenant_id, entry.at, entry.id, user)
        }
    }
}

/// One row as it is given, so that SQLite need not keep what it selects in a table of its own.
const INSERT: &str = "INSERT INTO audit_logs (
         tenant_id, created_at, id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent,
         actor_user_id, transaction_id, updated_at, credential_id
     )
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?2, ?11)";

/// Inserts a row that another database had.
pub(super) fn insert(db: &Connection, tenant_id: TenantId, row: &AuditRow) -> Result<(), Fault> {
    db.prepare_cached(INSERT)?.execute(params![
        tenant_id.blob(),
        row.at.as_millis(),
        row.id.blob(),
        row.kind.as_str(),
        row.error,
        row.origin.request_id,
        row.origin.source_ip,
        row.origin.user_agent,
        row.actor,
        row.transaction,
        row.credential.as_ref().map(Blob::blob),
    ])?;
    audit_blocks::note(db, tenant_id, row.at, row.id, row.actor.as_deref())
}

/// How many rows one step of a purge deletes: other writes wait meanwhile.
const PURGE_CHUNK: u32 = 5_000;

/// Deletes some of a tenant's rows from before a moment. Returns how many; there may be more as long as it is not 0.
pub(super) fn purge(db: &Connection, tenant_id: TenantId, before: Timestamp) -> Result<u64, Fault> {
    let deleted = db
        .prepare_cached(
            "DELETE FROM audit_logs
             WHERE (tenant_id, created_at, id) IN (
                 SELECT tenant_id, created_at, id
                 FROM audit_logs
                 WHERE tenant_id = ?1 AND created_at < ?2
                 ORDER BY created_at
                 LIMIT ?3
             )",
        )?
        .execute(params![tenant_id.blob(), before.as_millis(), PURGE_CHUNK])?;
    if deleted > 0 {
        audit_blocks::purge(db, tenant_id)?;
    }
    Ok(deleted as u64)
}

/// How long each tenant keeps its log.
pub(super) fn retentions(db: &Connection) -> Result<Vec<(TenantId, Retention)>, Fault> {
    let mut statement =
        db.prepare_cached("SELECT id, json_extract(config, '$.audit_retention') FROM tenants")?;
    let rows =
        statement.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, Option<u32>>(1)?)))?;
    rows.map(|row| {
        let (id, days) = row?;
        let retention = days.and_then(|days| Retention::from_days(days).ok()).unwrap_or(Retention::DEFAULT);
        Ok((TenantId::new(uuid::Uuid::from_bytes(id)), retention))
    })
    .collect()
}

pub(super) const AUDIT_COLUMNS: &str = audit_columns!();

/// All of a tenant's, for [`records::audit_row`], oldest first.
pub(super) const ALL_OF_A_TENANT: &str = concat!(
    "SELECT ",
    audit_columns!(),
    "
     FROM audit_logs
     WHERE tenant_id = ?1
     ORDER BY created_at, id"
);

/// The conditions of a filter: pieces of SQL that are written here and nowhere else, each with a parameter of its own
/// number. What is asked for is bound, never part of the SQL.
pub(super) struct Conditions {
    /// The table, with the index where one is told to use.
    pub(super) table: &'static str,
    pub(super) sql: String,
    pub(super) values: Vec<(usize, Value)>,
}

impl Conditions {
    pub(super) fn new(tenant_id: TenantId, filter: &AuditFilter) -> Result<Self, Fault> {
        let mut this = Self { table: "audit_logs", sql: String::from("tenant_id = ?1"), values: Vec::new() };
        this.values.push((1, Value::Blob(tenant_id.blob().to_vec())));
        let time = |at: Timestamp| Value::Integer(at.as_millis());
        this.require(" AND created_at > ?2", 2, filter.after.map(time));
        this.require(" AND created_at < ?3", 3, filter.before.map(time));
        match filter.kinds.as_slice() {
            [] => {}
            [kind] => this.require(" AND type = ?4", 4, Some(Value::Text(kind.as_str().to_owned()))),
            some => this.require(" AND type IN (SELECT value FROM json_each(?4))", 4, Some(names(some)?)),
        }
        if filter.is_of_rare_kinds() {
            // Without statistics, SQLite takes a type for as frequent as any other.
            this.table = "audit_logs INDEXED BY audit_logs_rare";
            this.sql.push_str(" AND ");
            this.sql.push_str(records::IS_RARE);
        }
        this.require(" AND instr(actor_user_id, ?5) > 0", 5, filter.actor.clone().map(Value::Text));
        this.require(" AND instr(meta_source_ip, ?6) > 0", 6, filter.source_ip.clone().map(Value::Text));
        let user = filter.user.as_ref().map(|user| Value::Text(user.as_str().to_owned()));
        this.require(" AND actor_user_id = ?11", USER, user);
        this.require(ANYTHING, 7, filter.anything.clone().map(Value::Text));
        Ok(this)
    }

    /// Adds a condition whose parameter has this number, if there is a value to require.
    fn require(&mut self, condition: &'static str, parameter: usize, value: Option<Value>) {
        if let Some(value) = value {
            self.sql.push_str(condition);
            self.values.push((parameter, value));
        }
    }

    /// Binds the values; the numbers of those that are not required stay unused.
    pub(super) fn bind(&self, statement: &mut CachedStatement<'_>) -> Result<(), Fault> {
        for (parameter, value) in &self.values {
            statement.raw_bind_parameter(*parameter, value)?;
        }
        Ok(())
    }
}

/// The parameter of a whole user id.
const USER: usize = 11;

/// The id is compared as it is printed.
const ANYTHING: &str = "
      AND (
          instr(
              lower(
                  hex(substr(id, 1, 4)) || '-' || hex(substr(id, 5, 2)) || '-' || hex(substr(id, 7, 2))
                  || '-' || hex(substr(id, 9, 2)) || '-' || hex(substr(id, 11, 6))
              ),
              ?7
          ) > 0
          OR instr(type, ?7) > 0
          OR instr(error, ?7) > 0
          OR instr(meta_http_request_id, ?7) > 0
          OR instr(meta_source_ip, ?7) > 0
          OR instr(meta_user_agent, ?7) > 0
          OR instr(actor_user_id, ?7) > 0
          OR instr(transaction_id, ?7) > 0
      )";

/// The types as a JSON array.
fn names(kinds: &[AuditType]) -> Result<Value, Fault> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    Ok(Value::Text(serde_json::to_string(&names)?))
}

/// A page of the rows that a filter lets through.
pub(super) fn page(
    db: &Connection,
    tenant_id: TenantId,
    filter: &AuditFilter,
    page: PageRequest,
    known: Option<AuditCount>,
    settled: Timestamp,
) -> Result<(Page<AuditRow>, Option<AuditCount>), Fault> {
    let conditions = Conditions::new(tenant_id, filter)?;
    // One snapshot, so that the count is that of the list.
    let snapshot = db.unchecked_transaction()?;
    let whole = count(&snapshot, tenant_id, &conditions, known, settled)?;
    let later = count_between(&snapshot, &conditions, Some(whole.until), None)?;
    let total = whole.count + later;
    // Looking further for what isn't there would mean looking at all rows.
    let items = match rows_of_page(page, total) {
        0 => Vec::new(),
        rows => list(&snapshot, tenant_id, &conditions, page, rows)?,
    };
    let is_imported = snapshot
        .prepare_cached("SELECT 1 FROM tenants WHERE id = ?1 AND import_began_at IS NOT NULL")?
        .exists([tenant_id.blob()])?;
    snapshot.finish()?;
    Ok((Page { total, items }, (!is_imported).then_some(whole)))
}

/// How many rows there are up to a moment: the known one, if what is known still holds.
fn count(
    db: &Connection,
    tenant_id: TenantId,
    conditions: &Conditions,
    known: Option<AuditCount>,
    settled: Timestamp,
) -> Result<AuditCount, Fault> {
    let version = version::read(db)?;
    let mut oldest = db.prepare_cached(
        "SELECT created_at, id FROM audit_logs WHERE tenant_id = ?1 ORDER BY created_at, id LIMIT 1",
    )?;
    let oldest = collect(oldest.query([tenant_id.blob()])?, records::audit_place)?.pop();
    if let Some(known) = known
        && known.version == version
        && known.oldest == oldest
    {
        return Ok(known);
    }
    let count = count_between(db, conditions, None, Some(settled))?;
    Ok(AuditCount { count, until: settled, oldest, version })
}

/// How many rows there are after a moment, and up to one.
fn count_between(
    db: &Connection,
    conditions: &Conditions,
    after: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<u64, Fault> {
    let bound = |at: Option<Timestamp>, otherwise: i64| at.map_or(otherwise, Timestamp::as_millis);
    let mut statement = db.prepare_cached(&counted(conditions))?;
    conditions.bind(&mut statement)?;
    statement.raw_bind_parameter(13, bound(after, i64::MIN))?;
    statement.raw_bind_parameter(14, bound(until, i64::MAX))?;
    let mut rows = statement.raw_query();
    let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let count: i64 = row.get(0)?;
    // A count is not negative.
    Ok(count.cast_unsigned())
}

fn counted(conditions: &Conditions) -> String {
    format!(
        "SELECT count(*) FROM {} WHERE {} AND created_at > ?13 AND created_at <= ?14",
        conditions.table, conditions.sql
    )
}

/// The rows that a filter lets through and that stand behind a place, oldest first.
pub(super) fn behind(
    db: &Connection,
    tenant_id: TenantId,
    filter: &AuditFilter,
    place: Option<AuditPlace>,
    limit: u32,
) -> Result<Vec<AuditRow>, Fault> {
    let mut conditions = Conditions::new(tenant_id, filter)?;
    if let Some(place) = place {
        conditions.sql.push_str(" AND (created_at, id) > (?8, ?9)");
        conditions.values.push((8, Value::Integer(place.at.as_millis())));
        conditions.values.push((9, Value::Blob(place.id.blob().to_vec())));
    }
    let mut statement = db.prepare_cached(&format!(
        "SELECT {AUDIT_COLUMNS}
         FROM audit_logs
         WHERE {}
         ORDER BY created_at, id
         LIMIT ?10",
        conditions.sql
    ))?;
    conditions.bind(&mut statement)?;
    statement.raw_bind_parameter(10, limit)?;
    collect(statement.raw_query(), |row| records::audit_row(tenant_id, row))
}

fn list(
    db: &Connection,
    tenant_id: TenantId,
    conditions: &Conditions,
    page: PageRequest,
    rows: u32,
) -> Result<Vec<AuditRow>, Fault> {
    let mut statement = db.prepare_cached(&listed(conditions, page.order))?;
    conditions.bind(&mut statement)?;
    statement.raw_bind_parameter(8, rows)?;
    statement.raw_bind_parameter(9, offset(page))?;
    collect(statement.raw_query(), |row| records::audit_row(tenant_id, row))
}

fn listed(conditions: &Conditions, order: Order) -> String {
    let order = match order {
        Order::Descending => "created_at DESC, id DESC",
        Order::Ascending => "created_at, id",
    };
    format!(
        "SELECT {AUDIT_COLUMNS}
         FROM {}
         WHERE {}
         ORDER BY {order}
         LIMIT ?8 OFFSET ?9",
        conditions.table, conditions.sql
    )
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn rows_of_rare_types_are_found_and_counted_by_their_index() {
        let tenant = TenantId::new(Uuid::nil());
        let (deleted, failed) = (AuditType::CredentialDeleted, AuditType::AuthenticationFinalFailed);
        for (kinds, is_sorted) in [(vec![deleted], false), (vec![deleted, failed], true)] {
            let filter = AuditFilter { kinds, ..AuditFilter::default() };
            let conditions = Conditions::new(tenant, &filter).expect("a filter");
            for sql in [counted(&conditions), listed(&conditions, Order::Descending)] {
                let plan = plan(&sql);
                assert!(plan.contains("audit_logs_rare (tenant_id=? AND type=?"), "{plan}");
                assert!(!plan.contains("SCAN audit_logs"), "{plan}");
                assert!(is_sorted || !plan.contains("TEMP B-TREE"), "{plan}");
            }
        }
    }
}
