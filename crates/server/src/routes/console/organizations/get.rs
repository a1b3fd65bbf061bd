//! `GET /console/api/organizations/{organization_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;

use crate::app::App;
use crate::console::{Caller, Right, Standing};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::console::organizations::{not_found, to_wire};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Organizations,
        "getOrganization",
        "Get an organization",
        "With what the caller is in it.",
    )
    .answers::<wire::Organization>(200, "The organization.", example::organization())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    caller: Caller,
    standing: Standing,
) -> Result<NoStore<Json<wire::Organization>>, ApiError> {
    let found = app.passgate.organization(standing.organization_id, caller.operator_id()).await?;
    Ok(NoStore(Json(to_wire(&found.ok_or_else(not_found)?, standing.role))))
}
