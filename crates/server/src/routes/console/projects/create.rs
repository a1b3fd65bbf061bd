//! `POST /console/api/organizations/{organization_id}/projects`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use super::{app_url, not_found, to_wire};
use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::organizations::{not_found as no_organization, shared_name};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN),
        Tag::Projects,
        "createProject",
        "Make a project",
        "With a development and a production environment, each a tenant of its own. What the URL doesn't tell waits.",
    )
    .takes::<wire::ProjectCreate>(
        Presence::Required,
        json!({ "name": "My app", "app_url": "http://localhost:5173" }),
    )
    .answers::<wire::Project>(201, "The project.", example::project())
    .refuses(400, &[ErrorCode::APP_URL_REFUSED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { organization_id, actor }: Acting,
    JsonBody(body): JsonBody<wire::ProjectCreate>,
) -> Result<(StatusCode, NoStore<Json<wire::Project>>), ApiError> {
    let (name, url) = (shared_name(&body.name)?, app_url(&body.app_url)?);
    let id = app.passgate.create_project(organization_id, name, &url, &actor).await?;
    let project = app.passgate.project(id.ok_or_else(no_organization)?).await?.ok_or_else(not_found)?;
    Ok((StatusCode::CREATED, NoStore(Json(to_wire(project, actor.role)))))
}
