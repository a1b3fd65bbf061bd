//! `DELETE /console/api/projects/{project_id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use passgate_core::store::{Changed, Store};

use super::{named, not_found};
use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};
use crate::request::to_its_end;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN.fresh()),
        Tag::Projects,
        "deleteProject",
        "Delete a project",
        "With both of its tenants: keys, users, passkeys, audit log. There is no way back.",
    )
    .answers_nothing("It is gone.")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { actor, .. }: Acting,
    id: Path<String>,
) -> Result<StatusCode, ApiError> {
    let project = named(&app, &id).await?;
    // Large ones take longer than a request may, and half of them are of no use.
    let deleted = to_its_end(async move { app.passgate.delete_project(&project, &actor).await });
    match deleted.await.map_err(ApiError::internal)?? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(not_found()),
    }
}
