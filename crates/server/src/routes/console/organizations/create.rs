//! `POST /console/api/organizations`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::console as wire;
use passgate_core::console::Role;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::organizations::{shared_name, to_wire};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Organizations,
        "createOrganization",
        "Make an organization",
        "The caller becomes its owner; so a program, which has no account, makes none.",
    )
    .takes::<wire::Naming>(Presence::Required, json!({ "name": "Example Ltd" }))
    .answers::<wire::Organization>(201, "The organization.", example::organization())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::Naming>,
) -> Result<(StatusCode, NoStore<Json<wire::Organization>>), ApiError> {
    let name = shared_name(&body.name)?;
    let organization = app.passgate.create_organization(name, operator.id, &origin).await?;
    Ok((StatusCode::CREATED, NoStore(Json(to_wire(&organization, Role::Owner)))))
}
