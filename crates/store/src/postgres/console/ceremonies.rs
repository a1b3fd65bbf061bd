//! How many ceremonies began and ended.

use passgate_core::console::{Ceremony, Insights, MinuteCount, Outcome, Range};
use passgate_core::ids::TenantId;
use uuid::Uuid;

use crate::console_records;
use crate::decisions::signed;
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::postgres::rows::collect;

/// The counts come sorted, so that of two processes at the same rows neither waits for the other in a circle.
pub(super) async fn add(db: &Session, counts: &[MinuteCount]) -> Result<(), Fault> {
    let tenants: Vec<Uuid> = counts.iter().map(|count| *count.tenant_id.as_uuid()).collect();
    let minutes: Vec<i64> = counts.iter().map(|count| count.minute).collect();
    let ceremonies: Vec<&str> = counts.iter().map(|count| count.what.ceremony.as_str()).collect();
    let outcomes: Vec<&str> = counts.iter().map(|count| count.what.outcome.as_str()).collect();
    let codes: Vec<&str> = counts.iter().map(|count| count.what.code.as_str()).collect();
    let numbers: Vec<i64> = counts.iter().map(|count| signed(count.count)).collect();
    db.execute(
        "INSERT INTO ceremony_minutes AS m (tenant_id, minute, ceremony, outcome, code, count)
         SELECT c.tenant_id, c.minute, c.ceremony, c.outcome, c.code, c.count
         FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[])
              AS c (tenant_id, minute, ceremony, outcome, code, count)
         JOIN tenants AS t ON t.id = c.tenant_id
         ORDER BY c.tenant_id, c.minute, c.ceremony, c.outcome, c.code
         FOR KEY SHARE OF t
         ON CONFLICT (tenant_id, minute, ceremony, outcome, code) DO UPDATE SET count = m.count + excluded.count",
        &[&tenants, &minutes, &ceremonies, &outcomes, &codes, &numbers],
    )
    .await?;
    Ok(())
}

pub(super) async fn failures(
    db: &Session,
    tenant_id: TenantId,
    code: &str,
    from: i64,
) -> Result<Vec<(Ceremony, u64, i64)>, Fault> {
    let sql = "SELECT coalesce(sum(count), 0)::bigint, max(minute)
         FROM ceremony_minutes
         WHERE tenant_id = $1 AND ceremony = $2 AND outcome = 'failed' AND code = $3 AND minute >= $4";
    let mut found = Vec::new();
    for ceremony in Ceremony::ALL {
        let row = db.row(sql, &[tenant_id.as_uuid(), &ceremony.as_str(), &code, &from]).await?;
        if let Some((count, last)) = row.map(|row| console_records::failures(&row)).transpose()?.flatten() {
            found.push((ceremony, count, last));
        }
    }
    Ok(found)
}

pub(super) async fn first(db: &Session, tenant_id: TenantId) -> Result<Vec<(Ceremony, Outcome, i64)>, Fault> {
    let sql = "SELECT minute
         FROM ceremony_minutes
         WHERE tenant_id = $1 AND ceremony = $2 AND outcome = $3 AND code = ''
         ORDER BY minute
         LIMIT 1";
    let mut found = Vec::new();
    for ceremony in Ceremony::ALL {
        for outcome in [Outcome::Begun, Outcome::Done] {
            let row = db.row(sql, &[tenant_id.as_uuid(), &ceremony.as_str(), &outcome.as_str()]).await?;
            if let Some(row) = row {
                found.push((ceremony, outcome, console_records::minute(&row)?));
            }
        }
    }
    Ok(found)
}

pub(super) async fn insights(db: &Session, tenant_id: TenantId, range: Range) -> Result<Insights, Fault> {
    let id = tenant_id.as_uuid();
    let days = db
        .rows(
            "SELECT (minute + $4) / 1440 AS day, ceremony, outcome, code, sum(count)::bigint
             FROM ceremony_minutes
             WHERE tenant_id = $1 AND minute >= $2 AND minute < $3
             GROUP BY day, ceremony, outcome, code",
            &[id, &range.from, &range.to, &range.offset],
        )
        .await?;
    // Once through the tenant's: it is a count of what they are now.
    let credentials = db
        .rows(
            "SELECT aaguid, backup_eligible, backup_state, last_user_agent, count(*)
             FROM credentials
             WHERE tenant_id = $1
             GROUP BY aaguid, backup_eligible, backup_state, last_user_agent",
            &[id],
        )
        .await?;
    let mut counts = console_records::CredentialCounts::default();
    for row in &credentials {
        counts.add(row)?;
    }
    let (credentials, user_agents) = counts.into_parts();
    Ok(Insights { days: collect(&days, console_records::day_count)?, credentials, user_agents })
}

pub(super) async fn purge(db: &Session, before: i64) -> Result<(), Fault> {
    db.execute("DELETE FROM ceremony_minutes WHERE minute < $1", &[&before]).await?;
    Ok(())
}
