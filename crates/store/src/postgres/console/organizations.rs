//! Organizations and their members.

use passgate_core::clock::Timestamp;
use passgate_core::console::{
    Accepted, Activity, Emptied, Link, LinkPurpose, MadeLink, Member, MemberChange, MemberChanged, NewLink,
    Organization, Role, Scope, SharedName,
};
use passgate_core::ids::{LinkId, OperatorId, OrganizationId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::Changed;

use super::{activities, links};
use crate::console_records::{self, link_columns, member_columns, organization_columns};
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::postgres::rows::collect;

/// Makes somebody a member, who must not be one.
pub(super) async fn join(
    db: &Session,
    organization_id: OrganizationId,
    operator_id: OperatorId,
    role: Role,
    now: Timestamp,
) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO memberships (organization_id, operator_id, role, joined_at)
         VALUES ($1, $2, $3, $4)",
        &[organization_id.as_uuid(), operator_id.as_uuid(), &role.as_str(), &now.as_millis()],
    )
    .await?;
    Ok(())
}

/// Of organizations `g`, and memberships `m` that are the operator's.
const ORGANIZATION: &str = "SELECT g.id, m.role
     FROM organizations AS g
     LEFT JOIN memberships AS m ON m.organization_id = g.id AND m.operator_id = $2
     WHERE g.id = $1";

const PROJECT: &str = "SELECT p.organization_id, m.role
     FROM projects AS p
     LEFT JOIN memberships AS m ON m.organization_id = p.organization_id AND m.operator_id = $2
     WHERE p.id = $1";

const ENVIRONMENT: &str = "SELECT p.organization_id, m.role
     FROM environments AS e
     JOIN projects AS p ON p.id = e.project_id
     LEFT JOIN memberships AS m ON m.organization_id = p.organization_id AND m.operator_id = $2
     WHERE e.tenant_id = $1";

pub(super) async fn membership(
    db: &Session,
    operator_id: Option<OperatorId>,
    scope: Scope,
) -> Result<Option<(OrganizationId, Option<Role>)>, Fault> {
    let (sql, id) = match &scope {
        Scope::Organization(id) => (ORGANIZATION, id.as_uuid()),
        Scope::Project(id) => (PROJECT, id.as_uuid()),
        Scope::Environment(id) => (ENVIRONMENT, id.as_uuid()),
    };
    let row = db.row(sql, &[id, &operator_id.map(|id| *id.as_uuid())]).await?;
    Ok(row.map(|row| console_records::membership(&row)).transpose()?)
}

/// Those of an operator, by name; all where there is no operator.
pub(super) async fn list(db: &Session, operator_id: Option<OperatorId>) -> Result<Vec<Organization>, Fault> {
    let of_operator = concat!(
        "SELECT ",
        organization_columns!(),
        "
         FROM memberships AS m
         JOIN organizations AS g ON g.id = m.organization_id
         WHERE m.operator_id = $1
         ORDER BY g.name COLLATE \"C\", g.id"
    );
    let all = concat!(
        "SELECT ",
        organization_columns!(),
        "
         FROM organizations AS g
         LEFT JOIN memberships AS m ON m.organization_id = g.id AND m.operator_id = $1
         ORDER BY g.name COLLATE \"C\", g.id"
    );
    let sql = if operator_id.is_some() { of_operator } else { all };
    let rows = db.rows(sql, &[&operator_id.map(|id| *id.as_uuid())]).await?;
    collect(&rows, console_records::organization)
}

pub(super) async fn one(
    db: &Session,
    id: OrganizationId,
    operator_id: Option<OperatorId>,
) -> Result<Option<Organization>, Fault> {
    let sql = concat!(
        "SELECT ",
        organization_columns!(),
        "
         FROM organizations AS g
         LEFT JOIN memberships AS m ON m.organization_id = g.id AND m.operator_id = $2
         WHERE g.id = $1"
    );
    let row = db.row(sql, &[id.as_uuid(), &operator_id.map(|id| *id.as_uuid())]).await?;
    Ok(row.map(|row| console_records::organization(&row)).transpose()?)
}

pub(super) async fn create(
    db: &Session,
    organization: &Organization,
    owner: OperatorId,
    activity: &Activity,
) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO organizations (id, name, created_at) VALUES ($1, $2, $3)",
        &[organization.id.as_uuid(), &organization.name.as_str(), &organization.created_at.as_millis()],
    )
    .await?;
    join(db, organization.id, owner, Role::Owner, organization.created_at).await?;
    activities::append(db, activity).await
}

pub(super) async fn rename(
    db: &Session,
    id: OrganizationId,
    name: &SharedName,
    activity: &Activity,
) -> Result<Changed, Fault> {
    let sql = "UPDATE organizations SET name = $2 WHERE id = $1";
    let renamed = db.execute(sql, &[id.as_uuid(), &name.as_str()]).await?;
    noted(db, renamed, activity).await
}

/// The outcome of a change of `rows` rows, with what is kept of it.
pub(super) async fn noted(db: &Session, rows: u64, activity: &Activity) -> Result<Changed, Fault> {
    if rows == 0 {
        return Ok(Changed::NotFound);
    }
    activities::append(db, activity).await?;
    Ok(Changed::Done)
}

/// Whether there is such an organization. If so, others who lock it wait.
pub(super) async fn lock(db: &Session, id: OrganizationId) -> Result<bool, Fault> {
    db.exists("SELECT 1 FROM organizations WHERE id = $1 FOR UPDATE", &[id.as_uuid()]).await
}

pub(super) async fn delete(db: &Session, id: OrganizationId) -> Result<Emptied, Fault> {
    // Whoever makes a project meanwhile waits, and finds no organization.
    if !lock(db, id).await? {
        return Ok(Emptied::NotFound);
    }
    let has_environments = "SELECT 1
         FROM projects AS p
         JOIN environments AS e ON e.project_id = p.id
         WHERE p.organization_id = $1
         LIMIT 1";
    if db.exists(has_environments, &[id.as_uuid()]).await? {
        return Ok(Emptied::NotEmpty);
    }
    db.execute("DELETE FROM organizations WHERE id = $1", &[id.as_uuid()]).await?;
    Ok(Emptied::Deleted)
}

pub(super) async fn members(db: &Session, id: OrganizationId) -> Result<Vec<Member>, Fault> {
    let sql = concat!(
        "SELECT ",
        member_columns!(),
        "
         FROM memberships AS m
         JOIN operators AS o ON o.id = m.operator_id
         WHERE m.organization_id = $1
         ORDER BY o.email_key"
    );
    collect(&db.rows(sql, &[id.as_uuid()]).await?, console_records::member)
}

/// What a member is; none: there is no such member.
async fn role_of(db: &Session, id: OrganizationId, operator_id: OperatorId) -> Result<Option<Role>, Fault> {
    let sql = "SELECT role FROM memberships WHERE organization_id = $1 AND operator_id = $2";
    let row = db.row(sql, &[id.as_uuid(), operator_id.as_uuid()]).await?;
    Ok(row.map(|row| console_records::role(&row)).transpose()?)
}

/// What somebody is who wants to change something; a program is as much as an owner. Members change only where nobody
/// else holds their organization.
pub(super) async fn role_of_actor(
    db: &Session,
    id: OrganizationId,
    operator_id: Option<OperatorId>,
) -> Result<Option<Role>, Fault> {
    match operator_id {
        Some(operator_id) => role_of(db, id, operator_id).await,
        None => Ok(Some(Role::Owner)),
    }
}

pub(super) async fn change_member(
    db: &Session,
    id: OrganizationId,
    operator_id: OperatorId,
    change: MemberChange,
    activity: &Activity,
) -> Result<MemberChanged, Fault> {
    // Of two changes at once, the second sees how many owners the first has left.
    if !lock(db, id).await? {
        return Ok(MemberChanged::NotFound);
    }
    let Some(now) = role_of(db, id, operator_id).await? else { return Ok(MemberChanged::NotFound) };
    let by = role_of_actor(db, id, activity.operator_id).await?;
    let is_own = activity.operator_id == Some(operator_id);
    let owners = db
        .count(
            "SELECT count(*) FROM memberships WHERE organization_id = $1 AND role = 'owner'",
            &[id.as_uuid()],
        )
        .await?;
    let verdict = console_records::judge_member_change(now, change, by, is_own, owners);
    if verdict != MemberChanged::Done {
        return Ok(verdict);
    }
    match change {
        MemberChange::Role(role) => {
            db.execute(
                "UPDATE memberships SET role = $3 WHERE organization_id = $1 AND operator_id = $2",
                &[id.as_uuid(), operator_id.as_uuid(), &role.as_str()],
            )
            .await?
        }
        MemberChange::Removal => {
            db.execute(
                "DELETE FROM memberships WHERE organization_id = $1 AND operator_id = $2",
                &[id.as_uuid(), operator_id.as_uuid()],
            )
            .await?
        }
    };
    let roles: Vec<_> = console_records::invites_no_more(change).map(Role::as_str).collect();
    db.execute(
        "DELETE FROM console_links
         WHERE purpose = 'invitation' AND organization_id = $1 AND operator_id = $2 AND role = ANY ($3)",
        &[id.as_uuid(), operator_id.as_uuid(), &roles],
    )
    .await?;
    activities::append(db, activity).await?;
    Ok(MemberChanged::Done)
}

pub(super) async fn invite(db: &Session, link: &NewLink, activity: &Activity) -> Result<MadeLink, Fault> {
    let made = links::make(db, link).await?;
    if made == MadeLink::Made {
        activities::append(db, activity).await?;
    }
    Ok(made)
}

pub(super) async fn invitations(
    db: &Session,
    id: OrganizationId,
    now: Timestamp,
) -> Result<Vec<Link>, Fault> {
    let sql = concat!(
        "SELECT ",
        link_columns!(),
        "
         FROM console_links AS l
         LEFT JOIN operators AS o ON o.id = l.operator_id
         LEFT JOIN organizations AS g ON g.id = l.organization_id
         WHERE l.organization_id = $1 AND l.expires_at > $2
         ORDER BY l.created_at, l.id"
    );
    collect(&db.rows(sql, &[id.as_uuid(), &now.as_millis()]).await?, console_records::link)
}

pub(super) async fn withdraw(
    db: &Session,
    id: OrganizationId,
    link_id: LinkId,
    activity: &Activity,
) -> Result<Changed, Fault> {
    // Before the link, as whoever changes a member does.
    db.rows("SELECT 1 FROM organizations WHERE id = $1 FOR KEY SHARE", &[id.as_uuid()]).await?;
    let sql = "DELETE FROM console_links WHERE id = $2 AND organization_id = $1";
    let withdrawn = db.execute(sql, &[id.as_uuid(), link_id.as_uuid()]).await?;
    noted(db, withdrawn, activity).await
}

pub(super) async fn accept(
    db: &Session,
    hash: &KeyHash,
    operator_id: OperatorId,
    activity: &Activity,
) -> Result<Accepted, Fault> {
    let Some(link) = links::hold(db, hash, activity.at).await? else { return Ok(Accepted::LinkInvalid) };
    let LinkPurpose::Invitation { organization_id, role, .. } = &link.purpose else {
        return Ok(Accepted::LinkInvalid);
    };
    // Two invitations of one operator may be accepted at once.
    let joined = db
        .execute(
            "INSERT INTO memberships (organization_id, operator_id, role, joined_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (organization_id, operator_id) DO NOTHING",
            &[organization_id.as_uuid(), operator_id.as_uuid(), &role.as_str(), &activity.at.as_millis()],
        )
        .await?;
    if joined == 0 {
        return Ok(Accepted::AlreadyMember);
    }
    links::take(db, &link).await?;
    let row = Activity { organization_id: Some(*organization_id), ..activity.clone() };
    activities::append(db, &row).await?;
    Ok(Accepted::Joined(*organization_id))
}
