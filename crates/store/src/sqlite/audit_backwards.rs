//! The audit log from its end: the newest rows, a user's timeline, a search. Nothing is counted.

use std::ops::ControlFlow;

use passgate_core::audit::{AuditFilter, AuditPlace, AuditRow, AuditRows};
use passgate_core::clock::Timestamp;
use passgate_core::ids::{AuditId, TenantId};
use passgate_core::user::AppUserId;
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection};
use uuid::Uuid;

use super::audit::{AUDIT_COLUMNS, Conditions};
use super::audit_blocks::{Part, parts_of};
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
    let found = match &filter.user {
        Some(user) => timeline(&snapshot, &search, user, filter, place, limit, look_at)?,
        None => search.look(&snapshot, None, limit, look_at)?,
    };
    snapshot.finish()?;
    Ok(found)
}

/// How many blocks one answer asks, of some 256 rows each: those of ten million rows, in a tenth of a second.
const MOST_BLOCKS: u32 = 40_000;

/// The same of one user: in those parts of the log where the user may be.
fn timeline(
    db: &Connection,
    search: &Search,
    user: &AppUserId,
    filter: &AuditFilter,
    place: Option<AuditPlace>,
    limit: u32,
    mut look_at: u32,
) -> Result<AuditRows, Fault> {
    let after = filter.after.map_or(i64::MIN, Timestamp::as_millis);
    let until = [
        filter.before.map(|before| before.as_millis().saturating_sub(1)),
        place.map(|place| place.at.as_millis()),
    ];
    let until = until.into_iter().flatten().min().unwrap_or(i64::MAX);
    let mut found = AuditRows { rows: Vec::new(), next: None };
    let left_out = parts_of(db, search.tenant_id, user, until, MOST_BLOCKS, |part| {
        let part = Part { after: part.after.max(after), until: part.until.min(until) };
        let left = limit.saturating_sub(length(&found.rows));
        let mut some = search.look(db, Some(part), left, look_at)?;
        found.next = some.next;
        found.rows.append(&mut some.rows);
        if found.next.is_some() || part.after == after {
            return Ok(ControlFlow::Break(()));
        }
        if search.looks {
            look_at = look_at.saturating_sub(search.count(db, part)?);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(until) = left_out {
        // Before whatever is later.
        let at = Timestamp::from_millis(until.saturating_add(1));
        found.next = Some(AuditPlace { at, id: AuditId::new(Uuid::nil()) });
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

/// The parameters of how many rows, of how many are looked at, and of a part's bounds.
const LIMIT: usize = 10;
const LOOK_AT: usize = 12;
const AFTER: usize = 13;
const UNTIL: usize = 14;

impl Search {
    fn new(tenant_id: TenantId, filter: &AuditFilter, place: Option<AuditPlace>) -> Result<Self, Fault> {
        let (mut by_index, by_looking) = filter.by_index_and_by_looking();
        if filter.user.is_some() {
            // A part has bounds of its own, which these are in.
            (by_index.after, by_index.before) = (None, None);
        }
        let mut indexed = Conditions::new(tenant_id, &by_index)?;
        if filter.user.is_some() {
            indexed.sql.push_str(" AND created_at > ?13 AND created_at <= ?14");
        }
        if let Some(place) = place {
            // Where a part has bounds, the place is not to be taken for one: it may be far behind.
            indexed.sql.push_str(if filter.user.is_some() {
                " AND (created_at < ?8 OR id < ?9)"
            } else {
                " AND (created_at, id) < (?8, ?9)"
            });
            indexed.values.push((8, Value::Integer(place.at.as_millis())));
            indexed.values.push((9, Value::Blob(place.id.blob().to_vec())));
        }
        let looked_at = Conditions::new(tenant_id, &by_looking)?;
        Ok(Self { tenant_id, indexed, looked_at, looks: by_looking != AuditFilter::default() })
    }

    /// Looks through the log, or through a part of it.
    fn look(
        &self,
        db: &Connection,
        part: Option<Part>,
        limit: u32,
        look_at: u32,
    ) -> Result<AuditRows, Fault> {
        let look_at = if self.looks { look_at } else { limit };
        let mut statement = db.prepare_cached(&self.rows())?;
        self.bind(&mut statement, part, limit, look_at)?;
        let rows = collect(statement.raw_query(), |row| records::audit_row(self.tenant_id, row))?;
        let next = match rows.last() {
            Some(last) if length(&rows) == limit => Some(AuditPlace { at: last.at, id: last.id }),
            Some(_) | None if self.looks => {
                let mut statement = db.prepare_cached(&self.last_looked_at())?;
                self.bind(&mut statement, part, 1, look_at.saturating_sub(1))?;
                collect(statement.raw_query(), records::audit_place)?.pop()
            }
            Some(_) | None => None,
        };
        Ok(AuditRows { rows, next })
    }

    /// How many rows of a part are looked at.
    fn count(&self, db: &Connection, part: Part) -> Result<u32, Fault> {
        let mut statement = db.prepare_cached(&self.counted())?;
        self.indexed.bind(&mut statement)?;
        bind_part(&mut statement, part)?;
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
        part: Option<Part>,
        limit: u32,
        look_at: u32,
    ) -> Result<(), Fault> {
        // One that a statement leaves out stays unused: their numbers are below that of the last.
        self.indexed.bind(statement)?;
        self.looked_at.bind(statement)?;
        statement.raw_bind_parameter(LIMIT, limit)?;
        statement.raw_bind_parameter(LOOK_AT, look_at)?;
        part.map_or(Ok(()), |part| bind_part(statement, part))
    }
}

fn bind_part(statement: &mut CachedStatement<'_>, Part { after, until }: Part) -> Result<(), Fault> {
    statement.raw_bind_parameter(AFTER, after)?;
    Ok(statement.raw_bind_parameter(UNTIL, until)?)
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
                "PRIMARY KEY (tenant_id=? AND created_at>? AND created_at<?)",
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
