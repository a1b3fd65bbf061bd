//! How many ceremonies began and ended.

use passgate_core::console::{Ceremony, Insights, MinuteCount, Outcome, Range};
use passgate_core::ids::TenantId;
use rusqlite::{Connection, params};

use crate::console_records;
use crate::decisions::signed;
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::rows::collect;

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

pub(super) fn first(db: &Connection, tenant_id: TenantId) -> Result<Vec<(Ceremony, Outcome, i64)>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT minute
         FROM ceremony_minutes
         WHERE tenant_id = ?1 AND ceremony = ?2 AND outcome = ?3
         ORDER BY minute
         LIMIT 1",
    )?;
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
    let mut days = db.prepare_cached(
        "SELECT (minute + ?4) / 1440 AS day, ceremony, outcome, code, sum(count)
         FROM ceremony_minutes
         WHERE tenant_id = ?1 AND minute >= ?2 AND minute < ?3
         GROUP BY day, ceremony, outcome, code",
    )?;
    let mut credentials = db.prepare_cached(
        "SELECT aaguid, backup_eligible, backup_state, count(*)
         FROM credentials
         WHERE tenant_id = ?1
         GROUP BY aaguid, backup_eligible, backup_state",
    )?;
    let mut user_agents = db.prepare_cached(
        "SELECT last_user_agent, count(*)
         FROM credentials
         WHERE tenant_id = ?1
         GROUP BY last_user_agent",
    )?;
    let Range { from, to, offset } = range;
    let id = tenant_id.blob();
    Ok(Insights {
        days: collect(days.query(params![id, from, to, offset])?, console_records::day_count)?,
        credentials: collect(credentials.query([id])?, console_records::credential_count)?,
        user_agents: collect(user_agents.query([id])?, console_records::user_agent_count)?,
    })
}

pub(super) fn purge(db: &Connection, before: i64) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM ceremony_minutes WHERE minute < ?1")?.execute([before])?;
    Ok(())
}
