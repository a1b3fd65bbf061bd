//! Projects and their environments.

use passgate_core::config::TenantConfig;
use passgate_core::console::{Activity, Emptied, EnvironmentMove, NewProject, Project, SharedName};
use passgate_core::ids::{OrganizationId, ProjectId, TenantId};
use passgate_core::store::Changed;
use rusqlite::{Connection, params};

use super::activities;
use super::organizations::noted;
use crate::console_records::{self, project_columns};
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::rows::collect;
use crate::sqlite::tenants;

pub(super) fn list(db: &Connection, id: OrganizationId) -> Result<Vec<Project>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        project_columns!(),
        "
         FROM projects AS p
         JOIN organizations AS g ON g.id = p.organization_id
         WHERE p.organization_id = ?1
         ORDER BY p.created_at, p.id"
    ))?;
    let projects = collect(statement.query([id.blob()])?, console_records::project)?;
    projects.into_iter().map(|project| with_environments(db, project)).collect()
}

pub(super) fn one(db: &Connection, id: ProjectId) -> Result<Option<Project>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        project_columns!(),
        "
         FROM projects AS p
         JOIN organizations AS g ON g.id = p.organization_id
         WHERE p.id = ?1"
    ))?;
    let mut rows = statement.query([id.blob()])?;
    let project = rows.next()?.map(console_records::project).transpose()?;
    project.map(|project| with_environments(db, project)).transpose()
}

pub(super) fn of_environment(db: &Connection, id: TenantId) -> Result<Option<Project>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        project_columns!(),
        "
         FROM environments AS e
         JOIN projects AS p ON p.id = e.project_id
         JOIN organizations AS g ON g.id = p.organization_id
         WHERE e.tenant_id = ?1"
    ))?;
    let mut rows = statement.query([id.blob()])?;
    let project = rows.next()?.map(console_records::project).transpose()?;
    project.map(|project| with_environments(db, project)).transpose()
}

fn with_environments(db: &Connection, project: Project) -> Result<Project, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT e.tenant_id, e.kind, e.app_url, json_extract(t.config, '$.relying_party.id')
         FROM environments AS e
         JOIN tenants AS t ON t.id = e.tenant_id
         WHERE e.project_id = ?1
         ORDER BY e.kind",
    )?;
    let environments = collect(statement.query([project.id.blob()])?, console_records::environment)?;
    Ok(Project { environments, ..project })
}

pub(super) fn create(db: &Connection, project: &NewProject) -> Result<Changed, Fault> {
    let created = db
        .prepare_cached(
            "INSERT INTO projects (id, organization_id, name, created_at)
             SELECT ?1, id, ?3, ?4
             FROM organizations
             WHERE id = ?2",
        )?
        .execute(params![
            project.id.blob(),
            project.organization_id.blob(),
            project.name.as_str(),
            project.created_at.as_millis(),
        ])?;
    if created == 0 {
        return Ok(Changed::NotFound);
    }
    for environment in &project.environments {
        tenants::create(db, &environment.tenant)?;
        db.prepare_cached(
            "INSERT INTO environments (tenant_id, project_id, kind, app_url) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            environment.tenant.id.blob(),
            project.id.blob(),
            environment.kind.as_str(),
            environment.app_url,
        ])?;
    }
    activities::append(db, &project.activity)?;
    Ok(Changed::Done)
}

pub(super) fn rename(
    db: &Connection,
    id: ProjectId,
    name: &SharedName,
    activity: &Activity,
) -> Result<Changed, Fault> {
    let renamed = db
        .prepare_cached("UPDATE projects SET name = ?2 WHERE id = ?1")?
        .execute(params![id.blob(), name.as_str()])?;
    noted(db, renamed, activity)
}

pub(super) fn delete(db: &Connection, id: ProjectId, activity: &Activity) -> Result<Emptied, Fault> {
    if db.prepare_cached("SELECT 1 FROM environments WHERE project_id = ?1")?.exists([id.blob()])? {
        return Ok(Emptied::NotEmpty);
    }
    let deleted = db.prepare_cached("DELETE FROM projects WHERE id = ?1")?.execute([id.blob()])?;
    Ok(match noted(db, deleted, activity)? {
        Changed::Done => Emptied::Deleted,
        Changed::NotFound => Emptied::NotFound,
    })
}

pub(super) fn configure_environment(
    db: &Connection,
    tenant_id: TenantId,
    config: &TenantConfig,
    activity: &Activity,
) -> Result<Changed, Fault> {
    let changed = tenants::configure(db, tenant_id, config, activity.at)?;
    if changed == Changed::Done {
        activities::append(db, activity)?;
    }
    Ok(changed)
}

pub(super) fn move_environment(db: &Connection, moved: &EnvironmentMove) -> Result<Changed, Fault> {
    let updated = db
        .prepare_cached("UPDATE environments SET app_url = ?2 WHERE tenant_id = ?1")?
        .execute(params![moved.tenant_id.blob(), moved.app_url])?;
    if updated == 0 {
        return Ok(Changed::NotFound);
    }
    tenants::configure(db, moved.tenant_id, &moved.config, moved.activity.at)?;
    activities::append(db, &moved.activity)?;
    Ok(Changed::Done)
}
