//! `PATCH /console/api/projects/{project_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::{Changed, Store};
use serde_json::json;

use super::{named, not_found, to_wire};
use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::organizations::shared_name;
use axum::extract::Path;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN),
        Tag::Projects,
        "renameProject",
        "Rename a project",
        "What passkey prompts show is a setting of its environments.",
    )
    .takes::<wire::Naming>(Presence::Required, json!({ "name": "My app" }))
    .answers::<wire::Project>(200, "The project.", example::project())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { actor, .. }: Acting,
    id: Path<String>,
    JsonBody(body): JsonBody<wire::Naming>,
) -> Result<NoStore<Json<wire::Project>>, ApiError> {
    let name = shared_name(&body.name)?;
    let project = named(&app, &id).await?;
    if app.passgate.rename_project(&project, name, &actor).await? == Changed::NotFound {
        return Err(not_found());
    }
    Ok(NoStore(Json(to_wire(named(&app, &id).await?, actor.role))))
}
