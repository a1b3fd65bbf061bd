//! `GET /tenants/{tenant_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::admin::Tenant;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::admin::tenants::warnings;
use crate::routes::admin::{TenantPath, config, tenant_not_found};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::Tenants,
        "getTenant",
        "Get a tenant",
        "With its whole configuration, defaults spelled out.",
    )
    .answers::<Tenant>(200, "The tenant.", example::tenant())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<Json<Tenant>, ApiError> {
    let tenant = app.passgate.find_tenant(id).await?.ok_or_else(tenant_not_found)?;
    Ok(Json(Tenant {
        id: *tenant.id.as_uuid(),
        display_name: tenant.display_name.to_string(),
        warnings: warnings(&tenant.config, tenant.rp_id_use, app.passgate.metadata_usable()),
        config: config::to_wire(tenant.config),
    }))
}
