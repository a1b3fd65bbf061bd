//! `GET /tenants/{tenant_id}/secrets/api`

use axum::Json;
use axum::extract::State;
use passgate_api::admin::ApiKey;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::routes::admin::{TenantPath, tenant_not_found};

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<Json<Vec<ApiKey>>, ApiError> {
    let keys = app.passgate.list_api_keys(id).await?.ok_or_else(tenant_not_found)?;
    let keys = keys.into_iter().map(|key| ApiKey {
        id: *key.id.as_uuid(),
        name: key.name.to_string(),
        secret: format!("{}…", key.hint),
        created_at: key.created_at.to_date_time(),
        last_used_at: key.last_used_at.map(passgate_core::clock::Timestamp::to_date_time),
    });
    Ok(Json(keys.collect()))
}
