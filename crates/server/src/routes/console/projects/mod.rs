//! `/console/api/projects`, and those of an organization.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod preview;
pub(crate) mod update;

use axum::extract::Path;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::{AppUrl, AppUrlProblem, Environment, EnvironmentKind, Project, Role};
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::routes::console::organizations::role_to_wire;

pub(crate) fn to_wire(project: Project, role: Role) -> wire::Project {
    wire::Project {
        id: *project.id.as_uuid(),
        organization_id: *project.organization_id.as_uuid(),
        name: project.name.to_string(),
        created_at: project.created_at.to_date_time(),
        role: role_to_wire(role),
        environments: project.environments.into_iter().map(environment_to_wire).collect(),
    }
}

fn environment_to_wire(environment: Environment) -> wire::EnvironmentInfo {
    wire::EnvironmentInfo {
        tenant_id: *environment.tenant_id.as_uuid(),
        kind: kind_to_wire(environment.kind),
        app_url: environment.app_url,
        rp_id: environment.rp_id,
    }
}

pub(crate) const fn kind_to_wire(kind: EnvironmentKind) -> wire::EnvironmentKind {
    match kind {
        EnvironmentKind::Development => wire::EnvironmentKind::Development,
        EnvironmentKind::Production => wire::EnvironmentKind::Production,
    }
}

/// The URL of an app, as somebody wrote it.
pub(crate) fn app_url(text: &str) -> Result<AppUrl, ApiError> {
    AppUrl::parse(text).map_err(|problem: AppUrlProblem| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::APP_URL_REFUSED,
            "App URL refused",
            format!("app_url: {problem}"),
        )
    })
}

/// The project that a path names.
pub(crate) async fn named<S: Store>(app: &App<S>, Path(id): &Path<String>) -> Result<Project, ApiError> {
    let id = id.parse().map_err(|_| not_found())?;
    app.passgate.project(id).await?.ok_or_else(not_found)
}

pub(crate) fn not_found() -> ApiError {
    ApiError::not_found(
        ErrorCode::PROJECT_NOT_FOUND,
        "there is no such project, or it is of an organization that you are no member of",
    )
}
