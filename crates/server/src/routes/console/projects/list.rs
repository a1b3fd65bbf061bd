//! `GET /console/api/organizations/{organization_id}/projects`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use super::to_wire;
use crate::app::App;
use crate::console::{Right, Standing};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Projects,
        "listProjects",
        "List projects",
        "Oldest first.",
    )
    .answers_list::<wire::Project>("The projects.", json!([example::project()]))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    standing: Standing,
) -> Result<NoStore<Json<Vec<wire::Project>>>, ApiError> {
    let projects = app.passgate.projects(standing.organization_id).await?;
    Ok(NoStore(Json(projects.into_iter().map(|project| to_wire(project, standing.role)).collect())))
}
