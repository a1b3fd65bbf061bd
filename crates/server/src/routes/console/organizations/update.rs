//! `PATCH /console/api/organizations/{organization_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::{Changed, Store};
use serde_json::json;

use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::organizations::{not_found, shared_name, to_wire};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN),
        Tag::Organizations,
        "renameOrganization",
        "Rename an organization",
        "Members see the new name at once.",
    )
    .takes::<wire::Naming>(Presence::Required, json!({ "name": "Example Ltd" }))
    .answers::<wire::Organization>(200, "The organization.", example::organization())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { organization_id: id, actor }: Acting,
    JsonBody(body): JsonBody<wire::Naming>,
) -> Result<NoStore<Json<wire::Organization>>, ApiError> {
    let name = shared_name(&body.name)?;
    if app.passgate.rename_organization(id, name, &actor).await? == Changed::NotFound {
        return Err(not_found());
    }
    let found = app.passgate.organization(id, actor.operator_id).await?.ok_or_else(not_found)?;
    Ok(NoStore(Json(to_wire(&found, actor.role))))
}
