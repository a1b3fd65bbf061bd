//! Organizations and their members.

use passgate_core::clock::Timestamp;
use passgate_core::console::{
    Accepted, Activity, Emptied, Link, LinkPurpose, MadeLink, Member, MemberChange, MemberChanged, NewLink,
    Organization, Role, Scope, SharedName,
};
use passgate_core::ids::{LinkId, OperatorId, OrganizationId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::Changed;
use rusqlite::{Connection, params};

use super::{activities, links};
use crate::console_records::{self, link_columns, member_columns, organization_columns};
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::rows::collect;

/// Makes somebody a member, who must not be one.
pub(super) fn join(
    db: &Connection,
    organization_id: OrganizationId,
    operator_id: OperatorId,
    role: Role,
    now: Timestamp,
) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO memberships (organization_id, operator_id, role, joined_at)
         VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![organization_id.blob(), operator_id.blob(), role.as_str(), now.as_millis()])?;
    Ok(())
}

/// Of organizations `g`, and memberships `m` that are the operator's.
const ORGANIZATION: &str = "SELECT g.id, m.role
     FROM organizations AS g
     LEFT JOIN memberships AS m ON m.organization_id = g.id AND m.operator_id = ?2
     WHERE g.id = ?1";

const PROJECT: &str = "SELECT p.organization_id, m.role
     FROM projects AS p
     LEFT JOIN memberships AS m ON m.organization_id = p.organization_id AND m.operator_id = ?2
     WHERE p.id = ?1";

const ENVIRONMENT: &str = "SELECT p.organization_id, m.role
     FROM environments AS e
     JOIN projects AS p ON p.id = e.project_id
     LEFT JOIN memberships AS m ON m.organization_id = p.organization_id AND m.operator_id = ?2
     WHERE e.tenant_id = ?1";

pub(super) fn membership(
    db: &Connection,
    operator_id: Option<OperatorId>,
    scope: Scope,
) -> Result<Option<(OrganizationId, Option<Role>)>, Fault> {
    let (sql, id) = match &scope {
        Scope::Organization(id) => (ORGANIZATION, id.blob()),
        Scope::Project(id) => (PROJECT, id.blob()),
        Scope::Environment(id) => (ENVIRONMENT, id.blob()),
    };
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, operator_id.as_ref().map(Blob::blob)])?;
    Ok(rows.next()?.map(console_records::membership).transpose()?)
}

/// Those of an operator, by name; all where there is no operator.
pub(super) fn list(db: &Connection, operator_id: Option<OperatorId>) -> Result<Vec<Organization>, Fault> {
    let of_operator = concat!(
        "SELECT ",
        organization_columns!(),
        "
         FROM memberships AS m
         JOIN organizations AS g ON g.id = m.organization_id
         WHERE m.operator_id = ?1
         ORDER BY g.name, g.id"
    );
    let all = concat!(
        "SELECT ",
        organization_columns!(),
        "
         FROM organizations AS g
         LEFT JOIN memberships AS m ON m.organization_id = g.id AND m.operator_id = ?1
         ORDER BY g.name, g.id"
    );
    let mut statement = db.prepare_cached(if operator_id.is_some() { of_operator } else { all })?;
    collect(statement.query([operator_id.as_ref().map(Blob::blob)])?, console_records::organization)
}

pub(super) fn one(
    db: &Connection,
    id: OrganizationId,
    operator_id: Option<OperatorId>,
) -> Result<Option<Organization>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        organization_columns!(),
        "
         FROM organizations AS g
         LEFT JOIN memberships AS m ON m.organization_id = g.id AND m.operator_id = ?2
         WHERE g.id = ?1"
    ))?;
    let mut rows = statement.query(params![id.blob(), operator_id.as_ref().map(Blob::blob)])?;
    Ok(rows.next()?.map(console_records::organization).transpose()?)
}

pub(super) fn create(
    db: &Connection,
    organization: &Organization,
    owner: OperatorId,
    activity: &Activity,
) -> Result<(), Fault> {
    db.prepare_cached("INSERT INTO organizations (id, name, created_at) VALUES (?1, ?2, ?3)")?.execute(
        params![organization.id.blob(), organization.name.as_str(), organization.created_at.as_millis()],
    )?;
    join(db, organization.id, owner, Role::Owner, organization.created_at)?;
    activities::append(db, activity)
}

pub(super) fn rename(
    db: &Connection,
    id: OrganizationId,
    name: &SharedName,
    activity: &Activity,
) -> Result<Changed, Fault> {
    let renamed = db
        .prepare_cached("UPDATE organizations SET name = ?2 WHERE id = ?1")?
        .execute(params![id.blob(), name.as_str()])?;
    noted(db, renamed, activity)
}

/// The outcome of a change of `rows` rows, with what is kept of it.
pub(super) fn noted(db: &Connection, rows: usize, activity: &Activity) -> Result<Changed, Fault> {
    if rows == 0 {
        return Ok(Changed::NotFound);
    }
    activities::append(db, activity)?;
    Ok(Changed::Done)
}

pub(super) fn delete(db: &Connection, id: OrganizationId) -> Result<Emptied, Fault> {
    let has_environments = db
        .prepare_cached(
            "SELECT 1
             FROM projects AS p
             JOIN environments AS e ON e.project_id = p.id
             WHERE p.organization_id = ?1",
        )?
        .exists([id.blob()])?;
    if has_environments {
        return Ok(Emptied::NotEmpty);
    }
    let deleted = db.prepare_cached("DELETE FROM organizations WHERE id = ?1")?.execute([id.blob()])?;
    Ok(if deleted == 0 { Emptied::NotFound } else { Emptied::Deleted })
}

pub(super) fn members(db: &Connection, id: OrganizationId) -> Result<Vec<Member>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        member_columns!(),
        "
         FROM memberships AS m
         JOIN operators AS o ON o.id = m.operator_id
         WHERE m.organization_id = ?1
         ORDER BY o.email_key"
    ))?;
    collect(statement.query([id.blob()])?, console_records::member)
}

/// What a member is; none: there is no such member.
fn role_of(db: &Connection, id: OrganizationId, operator_id: OperatorId) -> Result<Option<Role>, Fault> {
    let mut statement =
        db.prepare_cached("SELECT role FROM memberships WHERE organization_id = ?1 AND operator_id = ?2")?;
    let mut rows = statement.query(params![id.blob(), operator_id.blob()])?;
    Ok(rows.next()?.map(console_records::role).transpose()?)
}

/// What somebody is who wants to change something; a program is as much as an owner.
pub(super) fn role_of_actor(
    db: &Connection,
    id: OrganizationId,
    operator_id: Option<OperatorId>,
) -> Result<Option<Role>, Fault> {
    operator_id.map_or(Ok(Some(Role::Owner)), |operator_id| role_of(db, id, operator_id))
}

pub(super) fn change_member(
    db: &Connection,
    id: OrganizationId,
    operator_id: OperatorId,
    change: MemberChange,
    activity: &Activity,
) -> Result<MemberChanged, Fault> {
    let Some(now) = role_of(db, id, operator_id)? else { return Ok(MemberChanged::NotFound) };
    let by = role_of_actor(db, id, activity.operator_id)?;
    let is_own = activity.operator_id == Some(operator_id);
    let owners: i64 = db
        .prepare_cached("SELECT count(*) FROM memberships WHERE organization_id = ?1 AND role = 'owner'")?
        .query_row([id.blob()], |row| row.get(0))?;
    let verdict = console_records::judge_member_change(now, change, by, is_own, owners.cast_unsigned());
    if verdict != MemberChanged::Done {
        return Ok(verdict);
    }
    match change {
        MemberChange::Role(role) => db
            .prepare_cached(
                "UPDATE memberships SET role = ?3 WHERE organization_id = ?1 AND operator_id = ?2",
            )?
            .execute(params![id.blob(), operator_id.blob(), role.as_str()])?,
        MemberChange::Removal => db
            .prepare_cached("DELETE FROM memberships WHERE organization_id = ?1 AND operator_id = ?2")?
            .execute(params![id.blob(), operator_id.blob()])?,
    };
    let mut withdraw = db.prepare_cached(
        "DELETE FROM console_links
         WHERE purpose = 'invitation' AND organization_id = ?1 AND operator_id = ?2 AND role = ?3",
    )?;
    for role in console_records::invites_no_more(change) {
        withdraw.execute(params![id.blob(), operator_id.blob(), role.as_str()])?;
    }
    activities::append(db, activity)?;
    Ok(MemberChanged::Done)
}

pub(super) fn invite(db: &Connection, link: &NewLink, activity: &Activity) -> Result<MadeLink, Fault> {
    let made = links::make(db, link)?;
    if made == MadeLink::Made {
        activities::append(db, activity)?;
    }
    Ok(made)
}

pub(super) fn invitations(db: &Connection, id: OrganizationId, now: Timestamp) -> Result<Vec<Link>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        link_columns!(),
        "
         FROM console_links AS l
         LEFT JOIN operators AS o ON o.id = l.operator_id
         LEFT JOIN organizations AS g ON g.id = l.organization_id
         WHERE l.organization_id = ?1 AND l.expires_at > ?2
         ORDER BY l.created_at, l.id"
    ))?;
    collect(statement.query(params![id.blob(), now.as_millis()])?, console_records::link)
}

pub(super) fn withdraw(
    db: &Connection,
    id: OrganizationId,
    link_id: LinkId,
    activity: &Activity,
) -> Result<Changed, Fault> {
    let withdrawn = db
        .prepare_cached("DELETE FROM console_links WHERE id = ?2 AND organization_id = ?1")?
        .execute(params![id.blob(), link_id.blob()])?;
    noted(db, withdrawn, activity)
}

pub(super) fn accept(
    db: &Connection,
    hash: &KeyHash,
    operator_id: OperatorId,
    activity: &Activity,
) -> Result<Accepted, Fault> {
    let purpose = links::by_hash(db, hash, activity.at)?.map(|link| link.purpose);
    let Some(LinkPurpose::Invitation { organization_id, role, .. }) = purpose else {
        return Ok(Accepted::LinkInvalid);
    };
    let is_member = db
        .prepare_cached("SELECT 1 FROM memberships WHERE organization_id = ?1 AND operator_id = ?2")?
        .exists(params![organization_id.blob(), operator_id.blob()])?;
    if is_member {
        return Ok(Accepted::AlreadyMember);
    }
    links::take(db, hash, activity.at)?;
    join(db, organization_id, operator_id, role, activity.at)?;
    activities::append(db, &Activity { organization_id: Some(organization_id), ..activity.clone() })?;
    Ok(Accepted::Joined(organization_id))
}
