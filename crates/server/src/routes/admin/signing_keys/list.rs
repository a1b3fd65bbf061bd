//! `GET /tenants/{tenant_id}/secrets/jwk`

use axum::Json;
use axum::extract::State;
use passgate_api::admin::SigningKey;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::admin::{TenantPath, tenant_not_found};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::SigningKeys,
        "listSigningKeys",
        "List signing keys",
        "All of the tenant's. A private key never leaves.",
    )
    .answers_list::<SigningKey>("The keys.", json!([example::signing_key()]))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<Json<Vec<SigningKey>>, ApiError> {
    let keys = app.passgate.list_signing_keys(id).await?.ok_or_else(tenant_not_found)?;
    Ok(Json(keys.into_iter().map(super::to_wire).collect()))
}
