//! `GET /tenants/{tenant_id}/webhooks`

use axum::Json;
use axum::extract::State;
use passgate_api::admin::Webhook;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};
use crate::routes::admin::{TenantPath, tenant_not_found};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::Webhooks,
        "listWebhooks",
        "List a tenant's webhooks",
        "The oldest first, without their secrets.",
    )
    .answers_list::<Webhook>("The webhooks.", json!([super::example()]))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(tenant_id): TenantPath,
) -> Result<Json<Vec<Webhook>>, ApiError> {
    let endpoints = app.passgate.webhook_endpoints(tenant_id).await?.ok_or_else(tenant_not_found)?;
    Ok(Json(endpoints.into_iter().map(super::to_wire).collect()))
}
