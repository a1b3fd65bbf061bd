//! Projects and their environments.

use passgate_core::config::TenantConfig;
use passgate_core::console::{Activity, Emptied, EnvironmentMove, NewProject, Project, SharedName};
use passgate_core::ids::{OrganizationId, ProjectId, TenantId};
use passgate_core::store::Changed;
use tokio_postgres::Row;

use super::activities;
use super::organizations::noted;
use crate::console_records::{self, project_columns};
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::postgres::rows::collect;
use crate::postgres::tenants;

pub(super) async fn list(db: &Session, id: OrganizationId) -> Result<Vec<Project>, Fault> {
    let sql = concat!(
        "SELECT ",
        project_columns!(),
        "
         FROM projects AS p
         JOIN organizations AS g ON g.id = p.organization_id
         WHERE p.organization_id = $1
         ORDER BY p.created_at, p.id"
    );
    let mut projects = Vec::new();
    for project in collect(&db.rows(sql, &[id.as_uuid()]).await?, console_records::project)? {
        projects.push(with_environments(db, project).await?);
    }
    Ok(projects)
}

pub(super) async fn one(db: &Session, id: ProjectId) -> Result<Option<Project>, Fault> {
    let sql = concat!(
        "SELECT ",
        project_columns!(),
        "
         FROM projects AS p
         JOIN organizations AS g ON g.id = p.organization_id
         WHERE p.id = $1"
    );
    whole(db, db.row(sql, &[id.as_uuid()]).await?).await
}

pub(super) async fn of_environment(db: &Session, id: TenantId) -> Result<Option<Project>, Fault> {
    let sql = concat!(
        "SELECT ",
        project_columns!(),
        "
         FROM environments AS e
         JOIN projects AS p ON p.id = e.project_id
         JOIN organizations AS g ON g.id = p.organization_id
         WHERE e.tenant_id = $1"
    );
    whole(db, db.row(sql, &[id.as_uuid()]).await?).await
}

async fn whole(db: &Session, row: Option<Row>) -> Result<Option<Project>, Fault> {
    let Some(row) = row else { return Ok(None) };
    let project = console_records::project(&row)?;
    Ok(Some(with_environments(db, project).await?))
}

async fn with_environments(db: &Session, project: Project) -> Result<Project, Fault> {
    let sql = "SELECT e.tenant_id, e.kind, e.app_url, t.rp_id
         FROM environments AS e
         JOIN tenants AS t ON t.id = e.tenant_id
         WHERE e.project_id = $1
         ORDER BY e.kind";
    let rows = db.rows(sql, &[project.id.as_uuid()]).await?;
    Ok(Project { environments: collect(&rows, console_records::environment)?, ..project })
}

pub(super) async fn create(db: &Session, project: &NewProject) -> Result<Changed, Fault> {
    // Tenants first, as everywhere: their creation ends with the version, which others wait for.
    let created = db
        .execute(
            "INSERT INTO projects (id, organization_id, name, created_at)
             SELECT $1, id, $3, $4
             FROM organizations
             WHERE id = $2
             FOR KEY SHARE",
            &[
                project.id.as_uuid(),
                project.organization_id.as_uuid(),
                &project.name.as_str(),
                &project.created_at.as_millis(),
            ],
        )
        .await?;
    if created == 0 {
        return Ok(Changed::NotFound);
    }
    activities::append(db, &project.activity).await?;
    for environment in &project.environments {
        tenants::create(db, &environment.tenant).await?;
        db.execute(
            "INSERT INTO environments (tenant_id, project_id, kind, app_url) VALUES ($1, $2, $3, $4)",
            &[
                environment.tenant.id.as_uuid(),
                project.id.as_uuid(),
                &environment.kind.as_str(),
                &environment.app_url,
            ],
        )
        .await?;
    }
    Ok(Changed::Done)
}

pub(super) async fn rename(
    db: &Session,
    id: ProjectId,
    name: &SharedName,
    activity: &Activity,
) -> Result<Changed, Fault> {
    let sql = "UPDATE projects SET name = $2 WHERE id = $1";
    let renamed = db.execute(sql, &[id.as_uuid(), &name.as_str()]).await?;
    noted(db, renamed, activity).await
}

pub(super) async fn delete(db: &Session, id: ProjectId, activity: &Activity) -> Result<Emptied, Fault> {
    if !db.exists("SELECT 1 FROM projects WHERE id = $1 FOR UPDATE", &[id.as_uuid()]).await? {
        return Ok(Emptied::NotFound);
    }
    let has_environments = "SELECT 1 FROM environments WHERE project_id = $1 LIMIT 1";
    if db.exists(has_environments, &[id.as_uuid()]).await? {
        return Ok(Emptied::NotEmpty);
    }
    let deleted = db.execute("DELETE FROM projects WHERE id = $1", &[id.as_uuid()]).await?;
    noted(db, deleted, activity).await?;
    Ok(Emptied::Deleted)
}

pub(super) async fn configure_environment(
    db: &Session,
    tenant_id: TenantId,
    config: &TenantConfig,
    activity: &Activity,
) -> Result<Changed, Fault> {
    // The tenant's lock comes first; its change ends with the version, which others wait for.
    if !tenants::lock(db, tenant_id).await? {
        return Ok(Changed::NotFound);
    }
    activities::append(db, activity).await?;
    tenants::configure(db, tenant_id, config, activity.at).await
}

pub(super) async fn move_environment(db: &Session, moved: &EnvironmentMove) -> Result<Changed, Fault> {
    // The tenant's lock comes first.
    if !tenants::lock(db, moved.tenant_id).await? {
        return Ok(Changed::NotFound);
    }
    let sql = "UPDATE environments SET app_url = $2 WHERE tenant_id = $1";
    if db.execute(sql, &[moved.tenant_id.as_uuid(), &moved.app_url]).await? == 0 {
        return Ok(Changed::NotFound);
    }
    activities::append(db, &moved.activity).await?;
    tenants::configure(db, moved.tenant_id, &moved.config, moved.activity.at).await
}
