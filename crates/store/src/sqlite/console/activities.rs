//! What operators did.

use passgate_core::clock::Timestamp;
use passgate_core::console::Activity;
use passgate_core::ids::OperatorId;
use rusqlite::{Connection, params};

use crate::console_records::{self, activity_columns};
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::rows::collect;

pub(super) fn append(db: &Connection, activity: &Activity) -> Result<(), Fault> {
    db.prepare_cached(concat!(
        "INSERT INTO activities (",
        activity_columns!(),
        ")
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    ))?
    .execute(params![
        activity.id.blob(),
        activity.kind.as_str(),
        activity.operator_id.as_ref().map(Blob::blob),
        activity.organization_id.as_ref().map(Blob::blob),
        activity.subject,
        activity.origin.request_id,
        activity.origin.source_ip,
        activity.origin.user_agent,
        activity.at.as_millis(),
    ])?;
    Ok(())
}

pub(super) fn of_operator(
    db: &Connection,
    operator_id: OperatorId,
    limit: u32,
) -> Result<Vec<Activity>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        activity_columns!(),
        "
         FROM activities
         WHERE operator_id = ?1 AND organization_id IS NULL
         ORDER BY created_at DESC, id DESC
         LIMIT ?2"
    ))?;
    collect(statement.query(params![operator_id.blob(), limit])?, console_records::activity)
}

pub(super) fn purge(db: &Connection, before: Timestamp) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM activities WHERE created_at < ?1")?.execute([before.as_millis()])?;
    Ok(())
}
