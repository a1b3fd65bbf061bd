//! `PUT /tenants/{tenant_id}/config`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::config::TenantConfig;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::routes::admin::{TenantPath, config, tenant_not_found};

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    JsonBody(wire): JsonBody<TenantConfig>,
) -> Result<StatusCode, ApiError> {
    match app.passgate.configure_tenant(id, config::from_wire(wire)?).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(tenant_not_found()),
    }
}
