//! `POST /tenants`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::admin::{TenantCreate, TenantCreated};
use passgate_core::signing_key::SigningAlgorithm;
use passgate_core::store::Store;
use passgate_core::text::Text;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::routes::admin::{api_keys, config, signing_keys};
use crate::validate::field;

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
    let created = app.passgate.create_tenant(display_name, config, algorithm, api_key).await?;
    let body = TenantCreated {
        id: *created.id.as_uuid(),
        api_key: created.api_key.as_ref().map(api_keys::created_to_wire),
    };
    Ok((StatusCode::CREATED, NoStore(Json(body))))
}
