//! The audit log.

use std::fmt::Write as _;

use passgate_core::audit::{AuditCount, AuditEntry, AuditFilter, AuditPlace, AuditRow, AuditRows};
use passgate_core::clock::Timestamp;
use passgate_core::config::Retention;
use passgate_core::credential::{Order, Page, PageRequest};
use passgate_core::ids::TenantId;
use passgate_core::transaction::TransactionIdentifier;
use passgate_core::user::AppUserId;
use tokio_postgres::types::ToSql;

use super::connections::Session;
use super::fault::Fault;
use super::rows::collect;
use super::version;
use crate::paging::{offset, rows_of_page};
use crate::records::{self, audit_columns};
use crate::rows::Blob;

/// Appends a row, unless its tenant was deleted meanwhile.
pub(super) async fn append(db: &Session, entry: &AuditEntry) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO audit_logs (
             tenant_id, created_at, id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent,
             actor_user_id, transaction_id, updated_at, credential_id
         )
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $2, $11
         FROM tenants
         WHERE id = $1",
        &[
            entry.tenant_id.as_uuid(),
            &entry.at.as_millis(),
            entry.id.as_uuid(),
            &entry.kind.as_str(),
            &entry.error.as_deref(),
            &entry.origin.request_id,
            &entry.origin.source_ip,
            &entry.origin.user_agent,
            &entry.actor.as_ref().map(AppUserId::as_str),
            &entry.transaction.as_ref().map(TransactionIdentifier::as_str),
            &entry.credential.as_ref().map(Blob::blob),
        ],
    )
    .await?;
    Ok(())
}

/// Appends rows, but for those whose tenant was deleted meanwhile.
pub(super) async fn append_all(db: &Session, entries: &[AuditEntry]) -> Result<(), Fault> {
    for entry in entries {
        append(db, entry).await?;
    }
    Ok(())
}

/// Inserts a row that another database had.
pub(super) async fn insert(db: &Session, tenant_id: TenantId, row: &AuditRow) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO audit_logs (
             tenant_id, created_at, id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent,
             actor_user_id, transaction_id, updated_at, credential_id
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $2, $11)",
        &[
            tenant_id.as_uuid(),
            &row.at.as_millis(),
            row.id.as_uuid(),
            &row.kind.as_str(),
            &row.error,
            &row.origin.request_id,
            &row.origin.source_ip,
            &row.origin.user_agent,
            &row.actor,
            &row.transaction,
            &row.credential.as_ref().map(Blob::blob),
        ],
    )
    .await?;
    Ok(())
}

/// How many rows one step of a purge deletes.
const PURGE_CHUNK: i64 = 5_000;

/// Deletes some of a tenant's rows from before a moment; those that another process is just deleting are left to it.
/// Returns how many; there may be more as long as it is not 0.
pub(super) async fn purge(db: &Session, tenant_id: TenantId, before: Timestamp) -> Result<u64, Fault> {
    db.execute(
        "DELETE FROM audit_logs
         WHERE tenant_id = $1 AND (created_at, id) IN (
             SELECT created_at, id
             FROM audit_logs
             WHERE tenant_id = $1 AND created_at < $2
             ORDER BY created_at
             LIMIT $3
             FOR UPDATE SKIP LOCKED
         )",
        &[tenant_id.as_uuid(), &before.as_millis(), &PURGE_CHUNK],
    )
    .await
}

/// How long each tenant keeps its log.
pub(super) async fn retentions(db: &Session) -> Result<Vec<(TenantId, Retention)>, Fault> {
    let rows = db.rows("SELECT id, (config::jsonb ->> 'audit_retention')::bigint FROM tenants", &[]).await?;
    rows.iter()
        .map(|row| {
            let (id, days): (_, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
            let retention = days
                .and_then(|days| u32::try_from(days).ok())
                .and_then(|days| Retention::from_days(days).ok())
                .unwrap_or(Retention::DEFAULT);
            Ok((TenantId::new(id), retention))
        })
        .collect()
}

const AUDIT_COLUMNS: &str = audit_columns!();

/// The conditions of a filter: pieces of SQL that are written here and nowhere else, with the numbers of their
/// parameters. What is asked for is bound, never part of the SQL.
struct Conditions {
    sql: String,
    values: Vec<Box<dyn ToSql + Sync + Send>>,
}

impl Conditions {
    fn new(tenant_id: TenantId, filter: &AuditFilter) -> Self {
        let mut this =
            Self { sql: String::from("tenant_id = $1"), values: vec![Box::new(*tenant_id.as_uuid())] };
        this.require("created_at > #", filter.after.map(Timestamp::as_millis));
        this.require("created_at < #", filter.before.map(Timestamp::as_millis));
        this.require("actor_user_id = #", filter.user.as_ref().map(|user| user.as_str().to_owned()));
        this.require_of_rows(filter);
        this
    }

    /// What has nothing to do with moments and users.
    fn require_of_rows(&mut self, filter: &AuditFilter) {
        match filter.kinds.as_slice() {
            [] => {}
            [kind] => self.require("type = #", Some(kind.as_str())),
            some => {
                let names: Vec<&str> = some.iter().map(|kind| kind.as_str()).collect();
                self.require("type = ANY (#)", Some(names));
            }
        }
        if filter.is_of_rare_kinds() {
            self.sql.push_str(" AND ");
            self.sql.push_str(records::IS_RARE);
        }
        self.require("strpos(actor_user_id, #) > 0", filter.actor.clone());
        self.require("strpos(meta_source_ip, #) > 0", filter.source_ip.clone());
        self.require(ANYTHING, filter.anything.clone());
    }

    /// Adds a condition, in which `#` stands for its parameter, if there is a value to require.
    fn require(&mut self, condition: &'static str, value: Option<impl ToSql + Sync + Send + 'static>) {
        if let Some(value) = value {
            let parameter = self.bind(value);
            self.sql.push_str(" AND ");
            self.sql.push_str(&condition.replace('#', &parameter));
        }
    }

    /// Binds a value; returns its parameter.
    fn bind(&mut self, value: impl ToSql + Sync + Send + 'static) -> String {
        self.values.push(Box::new(value));
        format!("${}", self.values.len())
    }

    fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect()
    }
}

/// The id is compared as it is printed.
const ANYTHING: &str = "(
          strpos(id::text, #) > 0
          OR strpos(type, #) > 0
          OR strpos(error, #) > 0
          OR strpos(meta_http_request_id, #) > 0
          OR strpos(meta_source_ip, #) > 0
          OR strpos(meta_user_agent, #) > 0
          OR strpos(actor_user_id, #) > 0
          OR strpos(transaction_id, #) > 0
      )";

/// A page of the rows that a filter lets through. To be called in a snapshot, so that the count is that of the list.
pub(super) async fn page(
    db: &Session,
    tenant_id: TenantId,
    filter: &AuditFilter,
    page: PageRequest,
    known: Option<AuditCount>,
    settled: Timestamp,
) -> Result<(Page<AuditRow>, Option<AuditCount>), Fault> {
    let whole = count(db, tenant_id, filter, known, settled).await?;
    let later = count_between(db, tenant_id, filter, Some(whole.until), None).await?;
    let total = whole.count + later;
    let imported = "SELECT 1 FROM tenants WHERE id = $1 AND import_began_at IS NOT NULL";
    let is_imported = db.exists(imported, &[tenant_id.as_uuid()]).await?;
    let known = (!is_imported).then_some(whole);
    // Looking further for what isn't there would mean looking at all rows.
    let left = rows_of_page(page, total);
    if left == 0 {
        return Ok((Page { total, items: Vec::new() }, known));
    }
    let mut conditions = Conditions::new(tenant_id, filter);
    let order = match page.order {
        Order::Descending => "created_at DESC, id DESC",
        Order::Ascending => "created_at, id",
    };
    let (limit, offset) = (conditions.bind(i64::from(left)), conditions.bind(offset(page)));
    let sql = format!(
        "SELECT {AUDIT_COLUMNS}
         FROM audit_logs
         WHERE {}
         ORDER BY {order}
         LIMIT {limit} OFFSET {offset}",
        conditions.sql
    );
    let rows = db.rows(&sql, &conditions.params()).await?;
    let items = collect(&rows, |row| records::audit_row(tenant_id, row))?;
    Ok((Page { total, items }, known))
}

/// How many rows there are up to a moment: the known one, if what is known still holds.
async fn count(
    db: &Session,
    tenant_id: TenantId,
    filter: &AuditFilter,
    known: Option<AuditCount>,
    settled: Timestamp,
) -> Result<AuditCount, Fault> {
    let version = version::read(db).await?;
    let oldest = "SELECT created_at, id FROM audit_logs WHERE tenant_id = $1 ORDER BY created_at, id LIMIT 1";
    let oldest = db.row(oldest, &[tenant_id.as_uuid()]).await?;
    let oldest = oldest.map(|row| records::audit_place(&row)).transpose()?;
    if let Some(known) = known
        && known.version == version
        && known.oldest == oldest
    {
        return Ok(known);
    }
    let count = count_between(db, tenant_id, filter, None, Some(settled)).await?;
    Ok(AuditCount { count, until: settled, oldest, version })
}

/// How many rows there are after a moment, and up to one.
async fn count_between(
    db: &Session,
    tenant_id: TenantId,
    filter: &AuditFilter,
    after: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<u64, Fault> {
    let mut conditions = Conditions::new(tenant_id, filter);
    conditions.require("created_at > #", after.map(Timestamp::as_millis));
    conditions.require("created_at <= #", until.map(Timestamp::as_millis));
    let sql = format!("SELECT count(*) FROM audit_logs WHERE {}", conditions.sql);
    db.count(&sql, &conditions.params()).await
}

/// The rows that a filter lets through and that stand behind a place, oldest first.
pub(super) async fn behind(
    db: &Session,
    tenant_id: TenantId,
    filter: &AuditFilter,
    place: Option<AuditPlace>,
    limit: u32,
) -> Result<Vec<AuditRow>, Fault> {
    let mut conditions = Conditions::new(tenant_id, filter);
    if let Some(place) = place {
        let (at, id) = (conditions.bind(place.at.as_millis()), conditions.bind(*place.id.as_uuid()));
        // Writing to a String does not fail.
        let _ = write!(conditions.sql, " AND (created_at, id) > ({at}, {id})");
    }
    let limit = conditions.bind(i64::from(limit));
    let sql = format!(
        "SELECT {AUDIT_COLUMNS}
         FROM audit_logs
         WHERE {}
         ORDER BY created_at, id
         LIMIT {limit}",
        conditions.sql
    );
    let rows = db.rows(&sql, &conditions.params()).await?;
    collect(&rows, |row| records::audit_row(tenant_id, row))
}

/// The rows that a filter lets through and that stand before a place, newest first. Where rows have to be looked at one
/// by one, at most `look_at` are. To be called in a snapshot: the place where to go on is counted from the same rows.
pub(super) async fn before(
    db: &Session,
    tenant_id: TenantId,
    filter: &AuditFilter,
    place: Option<AuditPlace>,
    limit: u32,
    look_at: u32,
) -> Result<AuditRows, Fault> {
    let (by_index, by_looking) = filter.by_index_and_by_looking();
    let looks = by_looking != AuditFilter::default();
    let mut conditions = Conditions::new(tenant_id, &by_index);
    if let Some(place) = place {
        let (at, id) = (conditions.bind(place.at.as_millis()), conditions.bind(*place.id.as_uuid()));
        // Writing to a String does not fail.
        let _ = write!(conditions.sql, " AND (created_at, id) < ({at}, {id})");
    }
    let indexed = std::mem::replace(&mut conditions.sql, "true".to_owned());
    let number_of_indexed = conditions.values.len();
    conditions.require_of_rows(&by_looking);
    let look_at = if looks { look_at } else { limit };
    let (looked_at, limit_at) = (conditions.bind(i64::from(look_at)), conditions.bind(i64::from(limit)));
    let sql = format!(
        "SELECT {AUDIT_COLUMNS}
         FROM (
             SELECT *
             FROM audit_logs
             WHERE {indexed}
             ORDER BY created_at DESC, id DESC
             LIMIT {looked_at}
         ) AS looked_at
         WHERE {}
         ORDER BY created_at DESC, id DESC
         LIMIT {limit_at}",
        conditions.sql
    );
    let rows = db.rows(&sql, &conditions.params()).await?;
    let rows = collect(&rows, |row| records::audit_row(tenant_id, row))?;
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = match rows.last() {
        Some(last) if is_full => Some(AuditPlace { at: last.at, id: last.id }),
        Some(_) | None if looks => {
            conditions.values.truncate(number_of_indexed);
            let passed = conditions.bind(i64::from(look_at.saturating_sub(1)));
            let sql = format!(
                "SELECT created_at, id
                 FROM audit_logs
                 WHERE {indexed}
                 ORDER BY created_at DESC, id DESC
                 LIMIT 1 OFFSET {passed}"
            );
            db.row(&sql, &conditions.params()).await?.map(|row| records::audit_place(&row)).transpose()?
        }
        Some(_) | None => None,
    };
    Ok(AuditRows { rows, next })
}
