//! What operators did.

use passgate_core::clock::Timestamp;
use passgate_core::console::{Activity, ActivityPlace, ListedActivity};
use passgate_core::ids::{OperatorId, OrganizationId};
use rusqlite::{Connection, params};

use crate::console_records::{self, activity_columns, listed_activity_columns};
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::rows::collect;

pub(super) fn append(db: &Connection, activity: &Activity) -> Result<(), Fault> {
    db.prepare_cached(concat!(
        "INSERT INTO activities (",
        activity_columns!(),
        ")
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    ))?
    .execute(params![
        activity.id.blob(),
        activity.kind.as_str(),
        activity.operator_id.as_ref().map(Blob::blob),
        activity.organization_id.as_ref().map(Blob::blob),
        activity.tenant_id.as_ref().map(Blob::blob),
        activity.subject,
        activity.origin.request_id,
        activity.origin.source_ip,
        activity.origin.user_agent,
        activity.at.as_millis(),
    ])?;
    Ok(())
}

/// The row, unless its organization is gone.
pub(super) fn note(db: &Connection, activity: &Activity) -> Result<(), Fault> {
    let Some(organization_id) = &activity.organization_id else { return append(db, activity) };
    let exists =
        db.prepare_cached("SELECT 1 FROM organizations WHERE id = ?1")?.exists([organization_id.blob()])?;
    if exists { append(db, activity) } else { Ok(()) }
}

/// A row of each organization that the operator is a member of.
pub(super) fn append_to_organizations(
    db: &Connection,
    operator_id: OperatorId,
    activity: &Activity,
) -> Result<(), Fault> {
    let mut statement =
        db.prepare_cached("SELECT organization_id FROM memberships WHERE operator_id = ?1")?;
    let organizations = collect(statement.query([operator_id.blob()])?, console_records::organization_id)?;
    for id in organizations {
        append(db, &activity.in_organization(id))?;
    }
    Ok(())
}

const OF_ORGANIZATION: &str = concat!(
    "SELECT ",
    listed_activity_columns!(),
    "
         FROM activities AS a
         LEFT JOIN operators AS o ON o.id = a.operator_id
         WHERE a.organization_id = ?1 AND (a.created_at, a.id) < (?2, ?3)
         ORDER BY a.created_at DESC, a.id DESC
         LIMIT ?4"
);

pub(super) fn of_organization(
    db: &Connection,
    id: OrganizationId,
    before: Option<ActivityPlace>,
    limit: u32,
) -> Result<Vec<ListedActivity>, Fault> {
    let mut statement = db.prepare_cached(OF_ORGANIZATION)?;
    let (at, row) = match &before {
        Some(place) => (place.at.as_millis(), place.id.blob()),
        None => (i64::MAX, [].as_slice()),
    };
    collect(statement.query(params![id.blob(), at, row, limit])?, console_records::listed_activity)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn an_organizations_activity_is_read_from_a_place_on_and_not_sorted() {
        let plan = plan(OF_ORGANIZATION);
        let index = "activities_by_organization (organization_id=? AND (created_at,id)<(?,?))";
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
