//! The audit log from its end: the newest rows, a user's timeline, a search. Nothing is counted.

use passgate_core::audit::{AuditFilter, AuditPlace, AuditRow, AuditRows};
use passgate_core::clock::Timestamp;
use passgate_core::ids::{AuditId, TenantId};
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection};
use uuid::Uuid;

use super::audit::{AUDIT_COLUMNS, Conditions};
use super::audit_blocks::Blocks;
use super::fault::Fault;
use super::rows::collect;
use crate::records;
use crate::rows::Blob;

/// The rows that a filter lets through and that stand before a place, newest first. Where rows have to be looked at one
/// by one, at most `look_at` are.
pub(super) fn before(
    db: &Connection,
    tenant_id: TenantId,
    filter: &AuditFilter,
    place: Option<AuditPlace>,
    limit: u32,
    look_at: u32,
) -> Result<AuditRows, Fault> {
    let search = Search::new(tenant_id, filter, place)?;
    // One snapshot: what is looked at is what the place that follows is counted from.
    let snapshot = db.unchecked_transaction()?;
    let found = if filter.user.is_some() {
        timeline(&snapshot, &search, filter, place, limit, look_at)?
    } else {
        search.look(&snapshot, None, limit, look_at)?
    };
    snapshot.finish()?;
    Ok(found)
}

/// How many blocks one answer asks, of some 256 rows each: those of ten million rows, in a quarter of a second.
const MOST_BLOCKS: u32 = 40_000;

/// The same of one user: block by block, since the index is by blocks first.
fn timeline(
    db: &Connection,
    search: &Search,
    filter: &AuditFilter,
    place: Option<AuditPlace>,
    limit: u32,
    mut look_at: u32,
) -> Result<AuditRows, Fault> {
    let after = filter.after.map_or(i64::MIN, Timestamp::as_millis);
    let until = [filter.before, place.map(|place| place.at)].into_iter().flatten().min();
    let mut blocks = Blocks::until(db, search.tenant_id, until)?;
    let mut found = AuditRows { rows: Vec::new(), next: None };
    let mut asked = 0;
    while let Some(block) = blocks.next_older()? {
        let left = limit.saturating_sub(length(&found.rows));
        let mut some = search.look(db, Some(block), left, look_at)?;
        found.next = some.next;
        // What is in older blocks is from before this one.
        let is_last = found.next.is_some() || block <= after;
        if !is_last && search.looks {
            look_at = look_at.saturating_sub(search.count(db, block)?);
        }
        found.rows.append(&mut some.rows);
        asked += 1;
        if is_last {
            break;
        }
        if asked == MOST_BLOCKS {
            // Before all rows of this block.
            found.next =
                Some(AuditPlace { at: Timestamp::from_millis(block), id: AuditId::new(Uuid::nil()) });
            break;
        }
    }
    Ok(found)
}

fn length(rows: &[AuditRow]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}

/// What is asked for before a place: what an index finds, and what has to be looked for in the rows.
struct Search {
    tenant_id: TenantId,
    indexed: Conditions,
    looked_at: Conditions,
    /// Whether anything has to be looked for.
    looks: bool,
}

/// The parameters of how many rows, of how many are looked at, and of a block.
const LIMIT: usize = 10;
const LOOK_AT: usize = 12;
const BLOCK: usize = 13;

/// Without statistics, SQLite takes the tenant's whole log for as short as one user's part of it.
const BY_ACTOR: &str = "audit_logs INDEXED BY audit_logs_by_actor";

impl Search {
    fn new(tenant_id: TenantId, filter: &AuditFilter, place: Option<AuditPlace>) -> Result<Self, Fault> {
        let (by_index, by_looking) = filter.by_index_and_by_looking();
        let mut indexed = Conditions::new(tenant_id, &by_index)?;
        if let Some(place) = place {
            indexed.sql.push_str(" AND (created_at, id) < (?8, ?9)");
            indexed.values.push((8, Value::Integer(place.at.as_millis())));
            indexed.values.push((9, Value::Blob(place.id.blob().to_vec())));
        }
        if filter.user.is_some() {
            indexed.table = BY_ACTOR;
            indexed.sql.push_str(" AND block = ?13");
        }
        let looked_at = Conditions::new(tenant_id, &by_looking)?;
        Ok(Self { tenant_id, indexed, looked_at, looks: by_looking != AuditFilter::default() })
    }

    /// Looks through the log, or through a user's part of a block.
    fn look(
        &self,
        db: &Connection,
        block: Option<i64>,
        limit: u32,
        look_at: u32,
    ) -> Result<AuditRows, Fault> {
        let look_at = if self.looks { look_at } else { limit };
        let mut statement = db.prepare_cached(&self.rows())?;
        self.bind(&mut statement, block, limit, look_at)?;
        let rows = collect(statement.raw_query(), |row| records::audit_row(self.tenant_id, row))?;
        let next = match rows.last() {
            Some(last) if length(&rows) == limit => Some(AuditPlace { at: last.at, id: last.id }),
            Some(_) | None if self.looks => {
                let mut statement = db.prepare_cached(&self.last_looked_at())?;
                self.bind(&mut statement, block, 1, look_at.saturating_sub(1))?;
                collect(statement.raw_query(), records::audit_place)?.pop()
            }
            Some(_) | None => None,
        };
        Ok(AuditRows { rows, next })
    }

    /// How many rows of a block an index finds.
    fn count(&self, db: &Connection, block: i64) -> Result<u32, Fault> {
        let mut statement = db.prepare_cached(&self.counted())?;
        self.indexed.bind(&mut statement)?;
        statement.raw_bind_parameter(BLOCK, block)?;
        let mut rows = statement.raw_query();
        Ok(rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?.get(0)?)
    }

    /// The inner rows come in their order, and pass the outer conditions in it: sorting them again would mean looking at
    /// all of them first.
    fn rows(&self) -> String {
        format!(
            "SELECT {AUDIT_COLUMNS}
             FROM (
                 SELECT *
                 FROM {}
                 WHERE {}
                 ORDER BY created_at DESC, id DESC
                 LIMIT ?12
             )
             WHERE {}
             LIMIT ?10",
            self.indexed.table, self.indexed.sql, self.looked_at.sql
        )
    }

    /// The place of the row after so many.
    fn last_looked_at(&self) -> String {
        format!(
            "SELECT created_at, id
             FROM {}
             WHERE {}
             ORDER BY created_at DESC, id DESC
             LIMIT ?10 OFFSET ?12",
            self.indexed.table, self.indexed.sql
        )
    }

    fn counted(&self) -> String {
        format!("SELECT count(*) FROM {} WHERE {}", self.indexed.table, self.indexed.sql)
    }

    fn bind(
        &self,
        statement: &mut CachedStatement<'_>,
        block: Option<i64>,
        limit: u32,
        look_at: u32,
    ) -> Result<(), Fault> {
        // One that a statement leaves out stays unused: their numbers are below that of the last.
        self.indexed.bind(statement)?;
        self.looked_at.bind(statement)?;
        statement.raw_bind_parameter(LIMIT, limit)?;
        statement.raw_bind_parameter(LOOK_AT, look_at)?;
        if let Some(block) = block {
            statement.raw_bind_parameter(BLOCK, block)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use passgate_core::audit::AuditType;
    use passgate_core::user::AppUserId;

    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn the_newest_rows_and_a_timeline_are_found_without_reading_the_log_or_sorting_it() {
        let tenant = TenantId::new(Uuid::nil());
        let user = AppUserId::new("user-7").ok();
        let kinds = vec![AuditType::CredentialDeleted];
        for (filter, index) in [
            (AuditFilter::default(), "PRIMARY KEY (tenant_id=?)"),
            (AuditFilter { kinds, ..AuditFilter::default() }, "audit_logs_rare (tenant_id=? AND type=?)"),
            (
                AuditFilter { user, ..AuditFilter::default() },
                "audit_logs_by_actor (tenant_id=? AND block=? AND actor_user_id=?)",
            ),
        ] {
            for looking in [None, Some("text".to_owned())] {
                let filter = AuditFilter { anything: looking, ..filter.clone() };
                let search = Search::new(tenant, &filter, None).expect("a filter");
                for sql in [search.rows(), search.last_looked_at(), search.counted()] {
                    // The rows that are looked at are a table of their own.
                    let plan = plan(&sql).replace("SCAN (subquery", "(subquery");
                    assert!(plan.contains(index), "{plan}");
                    assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
                }
            }
        }
    }
}
