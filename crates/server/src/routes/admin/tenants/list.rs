//! `GET /tenants`

use axum::Json;
use axum::extract::State;
use passgate_api::admin::TenantSummary;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(Access::Token, Tag::Tenants, "listTenants", "List tenants", "All of them.")
        .answers_list::<TenantSummary>(
            "The tenants.",
            json!([{ "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11", "display_name": "My app" }]),
        )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
) -> Result<Json<Vec<TenantSummary>>, ApiError> {
    let tenants = app.passgate.list_tenants().await?;
    let summaries = tenants.into_iter().map(|tenant| TenantSummary {
        id: *tenant.id.as_uuid(),
        display_name: tenant.display_name.to_string(),
    });
    Ok(Json(summaries.collect()))
}
