//! `GET /console/api/organizations`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::console::Role;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{Caller, Right};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::console::organizations::to_wire;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Organizations,
        "listOrganizations",
        "List organizations",
        "The caller's own, by name; a program's are all.",
    )
    .answers_list::<wire::Organization>("The organizations.", json!([example::organization()]))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    caller: Caller,
) -> Result<NoStore<Json<Vec<wire::Organization>>>, ApiError> {
    let organizations = app.passgate.organizations(caller.operator_id()).await?;
    let organizations = organizations.into_iter().map(|organization| {
        // A program may do everywhere what an owner may.
        let role = organization.role.unwrap_or(Role::Owner);
        to_wire(&organization, role)
    });
    Ok(NoStore(Json(organizations.collect())))
}
