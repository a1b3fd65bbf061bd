//! `GET /tenants`

use axum::Json;
use axum::extract::State;
use passgate_api::admin::TenantSummary;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;

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
