//! How many ceremonies began and ended.

use std::collections::HashMap;

use passgate_core::console::{Ceremony, DayCount, Insights, MinuteCount, Outcome, Range};
use passgate_core::ids::TenantId;
use rusqlite::{Connection, params};

use crate::console_records;
use crate::decisions::signed;
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::place::places;

pub(super) fn add(db: &Connection, counts: &[MinuteCount]) -> Result<(), Fault> {
    let mut statement = db.prepare_cached(
        "INSERT INTO ceremony_minutes (tenant_id, minute, ceremony, outcome, code, count)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6
         FROM tenants
         WHERE id = ?1
         ON CONFLICT (tenant_id, minute, ceremony, outcome, code) DO UPDATE SET count = count + excluded.count",
    )?;
    for MinuteCount { tenant_id, minute, what, count } in counts {
        statement.execute(params![
            tenant_id.blob(),
            minute,
            what.ceremony.as_str(),
            what.outcome.as_str(),
            what.code,
            signed(*count),
        ])?;
    }
    Ok(())
}

/// What began or was done has no code. Without statistics, SQLite takes every minute for as few as those of one kind.
const FIRST: &str = "SELECT minute
     FROM ceremony_minutes INDEXED BY ceremony_minutes_by_kind
     WHERE tenant_id = ?1 AND ceremony = ?2 AND outcome = ?3 AND code = ''
     ORDER BY minute
     LIMIT 1";

const FAILURES: &str = "SELECT coalesce(sum(count), 0), max(minute)
     FROM ceremony_minutes INDEXED BY ceremony_minutes_by_kind
     WHERE tenant_id = ?1 AND ceremony = ?2 AND outcome = 'failed' AND code = ?3 AND minute >= ?4";

pub(super) fn failures(
    db: &Connection,
    tenant_id: TenantId,
    code: &str,
    from: i64,
) -> Result<Vec<(Ceremony, u64, i64)>, Fault> {
    let mut statement = db.prepare_cached(FAILURES)?;
    let mut found = Vec::new();
    for ceremony in Ceremony::ALL {
        let mut rows = statement.query(params![tenant_id.blob(), ceremony.as_str(), code, from])?;
        if let Some((count, last)) = rows.next()?.map(console_records::failures).transpose()?.flatten() {
            found.push((ceremony, count, last));
        }
    }
    Ok(found)
}

pub(super) fn first(db: &Connection, tenant_id: TenantId) -> Result<Vec<(Ceremony, Outcome, i64)>, Fault> {
    let mut statement = db.prepare_cached(FIRST)?;
    let mut found = Vec::new();
    for ceremony in Ceremony::ALL {
        for outcome in [Outcome::Begun, Outcome::Done] {
            let mut rows = statement.query(params![tenant_id.blob(), ceremony.as_str(), outcome.as_str()])?;
            if let Some(row) = rows.next()? {
                found.push((ceremony, outcome, console_records::minute(row)?));
            }
        }
    }
    Ok(found)
}

pub(super) fn insights(db: &Connection, tenant_id: TenantId, range: Range) -> Result<Insights, Fault> {
    let mut days = db.prepare_cached(DAYS)?;
    let mut credentials = db.prepare_cached(CREDENTIALS)?;
    let Range { from, to, offset } = range;
    let id = tenant_id.blob();
    let (mut by_day, mut by_kind) = (HashMap::new(), console_records::CredentialCounts::default());
    let mut rows = days.query(params![id, from, to, offset])?;
    while let Some(row) = rows.next()? {
        let DayCount { day, what, count } = console_records::day_count(row)?;
        *by_day.entry((day, what)).or_default() += count;
    }
    let (first, last) = places(tenant_id);
    let mut rows = credentials.query(params![id, first, last])?;
    while let Some(row) = rows.next()? {
        by_kind.add(row)?;
    }
    let days = by_day.into_iter().map(|((day, what), count)| DayCount { day, what, count }).collect();
    let (credentials, user_agents) = by_kind.into_parts();
    Ok(Insights { days, credentials, user_agents })
}

/// Each minute of a range, to be summed up here: SQLite would sort them first.
const DAYS: &str = "SELECT (minute + ?4) / 1440 AS day, ceremony, outcome, code, count
     FROM ceremony_minutes
     WHERE tenant_id = ?1 AND minute >= ?2 AND minute < ?3";

/// Once through the tenant's: it is a count of what they are now. To be summed up here, too.
const CREDENTIALS: &str = "SELECT aaguid, backup_eligible, backup_state, last_user_agent, 1
     FROM credentials NOT INDEXED
     WHERE tenant_id = ?1 AND place BETWEEN ?2 AND ?3";

pub(super) fn purge(db: &Connection, before: i64) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM ceremony_minutes WHERE minute < ?1")?.execute([before])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn nothing_of_another_tenant_is_read_and_of_one_kind_of_ceremony_nothing_else() {
        for (sql, index) in [
            (FIRST, "ceremony_minutes_by_kind (tenant_id=? AND ceremony=? AND outcome=? AND code=?)"),
            (FAILURES, "(tenant_id=? AND ceremony=? AND outcome=? AND code=? AND minute>?)"),
            (DAYS, "ceremony_minutes USING PRIMARY KEY (tenant_id=? AND minute>? AND minute<?)"),
            (CREDENTIALS, "credentials USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ] {
            let plan = plan(sql);
            assert!(plan.contains(index), "{plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
