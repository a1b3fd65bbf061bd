//! `GET /console/api/environments/{tenant_id}/steps`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::admin::TenantPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Environments,
        "getSteps",
        "Get how far an integration has come",
        "Each step by when the server saw it first. Cheap: pages ask every two seconds.",
    )
    .answers::<wire::Steps>(200, "The steps.", example::steps())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<NoStore<Json<wire::Steps>>, ApiError> {
    Ok(NoStore(Json(super::steps(&app, id).await?)))
}
