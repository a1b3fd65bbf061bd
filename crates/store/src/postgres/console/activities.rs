//! What operators did.

use passgate_core::clock::Timestamp;
use passgate_core::console::{Activity, ActivityPlace, ListedActivity};
use passgate_core::ids::{OperatorId, OrganizationId};
use uuid::Uuid;

use crate::console_records::{self, activity_columns, listed_activity_columns};
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::postgres::rows::collect;

pub(super) async fn append(db: &Session, activity: &Activity) -> Result<(), Fault> {
    db.execute(
        concat!(
            "INSERT INTO activities (",
            activity_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        &[
            activity.id.as_uuid(),
            &activity.kind.as_str(),
            &activity.operator_id.map(|id| *id.as_uuid()),
            &activity.organization_id.map(|id| *id.as_uuid()),
            &activity.tenant_id.map(|id| *id.as_uuid()),
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

/// The row, unless its organization is gone.
pub(super) async fn note(db: &Session, activity: &Activity) -> Result<(), Fault> {
    let Some(organization_id) = &activity.organization_id else { return append(db, activity).await };
    let exists = "SELECT 1 FROM organizations WHERE id = $1 FOR KEY SHARE";
    if db.exists(exists, &[organization_id.as_uuid()]).await? { append(db, activity).await } else { Ok(()) }
}

/// A row of each organization that the operator is a member of.
pub(super) async fn append_to_organizations(
    db: &Session,
    operator_id: OperatorId,
    activity: &Activity,
) -> Result<(), Fault> {
    // Locked in one order, as whoever else would.
    let sql = "SELECT m.organization_id
         FROM memberships AS m
         JOIN organizations AS g ON g.id = m.organization_id
         WHERE m.operator_id = $1
         ORDER BY m.organization_id
         FOR KEY SHARE OF g";
    let rows = db.rows(sql, &[operator_id.as_uuid()]).await?;
    for id in collect(&rows, console_records::organization_id)? {
        append(db, &activity.in_organization(id)).await?;
    }
    Ok(())
}

pub(super) async fn of_organization(
    db: &Session,
    id: OrganizationId,
    before: Option<ActivityPlace>,
    limit: u32,
) -> Result<Vec<ListedActivity>, Fault> {
    let sql = concat!(
        "SELECT ",
        listed_activity_columns!(),
        "
         FROM activities AS a
         LEFT JOIN operators AS o ON o.id = a.operator_id
         WHERE a.organization_id = $1 AND (a.created_at, a.id) < ($2, $3)
         ORDER BY a.created_at DESC, a.id DESC
         LIMIT $4"
    );
    let (at, row) = match &before {
        Some(place) => (place.at.as_millis(), *place.id.as_uuid()),
        None => (i64::MAX, Uuid::nil()),
    };
    let rows = db.rows(sql, &[id.as_uuid(), &at, &row, &i64::from(limit)]).await?;
    collect(&rows, console_records::listed_activity)
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
