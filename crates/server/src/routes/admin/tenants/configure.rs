//! `PUT /tenants/{tenant_id}/config`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::config::TenantConfig;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::admin::{TenantPath, config, tenant_not_found};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::Tenants,
        "configureTenant",
        "Configure a tenant",
        "Replaces the whole configuration. It holds at once here, and within a second in other processes.",
    )
    .takes::<TenantConfig>(Presence::Required, example::config())
    .answers_nothing("Configured.")
}

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
