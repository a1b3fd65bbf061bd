//! `GET /console/api/projects/{project_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;

use super::{named, to_wire};
use crate::app::App;
use crate::console::{Right, Standing};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use axum::extract::Path;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Projects,
        "getProject",
        "Get a project",
        "With its environments.",
    )
    .answers::<wire::Project>(200, "The project.", example::project())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    standing: Standing,
    id: Path<String>,
) -> Result<NoStore<Json<wire::Project>>, ApiError> {
    Ok(NoStore(Json(to_wire(named(&app, &id).await?, standing.role))))
}
