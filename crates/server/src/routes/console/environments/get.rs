//! `GET /console/api/environments/{tenant_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;

use super::whole;
use crate::app::App;
use crate::console::{Right, Standing};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::admin::TenantPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Environments,
        "getEnvironment",
        "Get an environment",
        "Where its API is, what its passkeys are bound to, and how far its integration has come.",
    )
    .answers::<wire::Environment>(200, "The environment.", example::environment())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    standing: Standing,
    TenantPath(id): TenantPath,
) -> Result<NoStore<Json<wire::Environment>>, ApiError> {
    Ok(NoStore(Json(whole(&app, id, standing.role).await?)))
}
