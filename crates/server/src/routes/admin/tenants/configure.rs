//! `PUT /tenants/{tenant_id}/config`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::config::TenantConfig;
use passgate_core::store::{Changed, Store};

use crate::about::About;
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
) -> Result<(StatusCode, About), ApiError> {
    let config = config::from_wire(wire)?;
    let before = app.passgate.find_tenant(id).await?.ok_or_else(tenant_not_found)?.config;
    let about = About(config::changed_members(before, config.clone()).join(", "));
    match app.passgate.configure_tenant(id, config).await? {
        Changed::Done => Ok((StatusCode::NO_CONTENT, about)),
        Changed::NotFound => Err(tenant_not_found()),
    }
}
