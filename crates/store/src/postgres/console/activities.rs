//! What operators did.

use passgate_core::clock::Timestamp;
use passgate_core::console::Activity;
use passgate_core::ids::OperatorId;

use crate::console_records::{self, activity_columns};
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::postgres::rows::collect;

pub(super) async fn append(db: &Session, activity: &Activity) -> Result<(), Fault> {
    db.execute(
        concat!(
            "INSERT INTO activities (",
            activity_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        &[
            activity.id.as_uuid(),
            &activity.kind.as_str(),
            &activity.operator_id.map(|id| *id.as_uuid()),
            &activity.organization_id.map(|id| *id.as_uuid()),
            &activity.subject,
            &activity.origin.request_id,
            &activity.origin.source_ip,
            &activity.origin.user_agent,
            &activity.at.as_millis(),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn of_operator(
    db: &Session,
    operator_id: OperatorId,
    limit: u32,
) -> Result<Vec<Activity>, Fault> {
    let sql = concat!(
        "SELECT ",
        activity_columns!(),
        "
         FROM activities
         WHERE operator_id = $1 AND organization_id IS NULL
         ORDER BY created_at DESC, id DESC
         LIMIT $2"
    );
    let rows = db.rows(sql, &[operator_id.as_uuid(), &i64::from(limit)]).await?;
    collect(&rows, console_records::activity)
}

pub(super) async fn purge(db: &Session, before: Timestamp) -> Result<(), Fault> {
    db.execute("DELETE FROM activities WHERE created_at < $1", &[&before.as_millis()]).await?;
    Ok(())
}
