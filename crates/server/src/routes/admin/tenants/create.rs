//! `POST /tenants`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::admin::{TenantCreate, TenantCreated};
use passgate_core::signing_key::SigningAlgorithm;
use passgate_core::store::Store;
use passgate_core::tenant::RpIdUse;
use passgate_core::text::Text;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::admin::tenants::warnings;
use crate::routes::admin::{api_keys, config, signing_keys};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::Tenants,
        "createTenant",
        "Create a tenant",
        "With a signing key, and an API key where `create_api_key` is true. The key's secret is shown this once.",
    )
    .takes::<TenantCreate>(
        Presence::Required,
        json!({ "display_name": "My app", "config": example::config(), "create_api_key": true }),
    )
    .answers::<TenantCreated>(
        201,
        "Created.",
        json!({ "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11", "api_key": example::api_key_created() }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    JsonBody(request): JsonBody<TenantCreate>,
) -> Result<(StatusCode, NoStore<Json<TenantCreated>>), ApiError> {
    let display_name = field("display_name", Text::new(request.display_name))?;
    let config = config::from_wire(request.config)?;
    let algorithm =
        request.signing_algorithm.map_or(SigningAlgorithm::Es256, signing_keys::algorithm_from_wire);
    let api_key =
        if request.create_api_key { Some(field("name", Text::new("Initial API Key"))?) } else { None };
    let created = app.passgate.create_tenant(display_name, config.clone(), algorithm, api_key).await?;
    let rp_id_use = app.passgate.find_tenant(created.id).await?.map_or(RpIdUse::Sole, |made| made.rp_id_use);
    let body = TenantCreated {
        id: *created.id.as_uuid(),
        api_key: created.api_key.as_ref().map(api_keys::created_to_wire),
        warnings: warnings(&config, rp_id_use, app.passgate.metadata_usable()),
    };
    Ok((StatusCode::CREATED, NoStore(Json(body))))
}
