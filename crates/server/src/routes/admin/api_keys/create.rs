//! `POST /tenants/{tenant_id}/secrets/api`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::admin::{ApiKeyCreate, ApiKeyCreated};
use passgate_core::administration::Created;
use passgate_core::store::Store;
use passgate_core::text::Text;
use serde_json::json;

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::admin::{TenantPath, tenant_not_found};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::ApiKeys,
        "createApiKey",
        "Create an API key",
        "Its secret is shown this once; only its hash is kept. With `expires_at`, it is refused from then on; it stays \
         listed until it is deleted.",
    )
    .takes::<ApiKeyCreate>(
        Presence::Required,
        json!({ "name": "Staging", "expires_at": "2027-07-15T08:00:00Z" }),
    )
    .answers::<ApiKeyCreated>(201, "Created.", example::api_key_created())
    .refuses(409, &[ErrorCode::NAME_TAKEN])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    JsonBody(request): JsonBody<ApiKeyCreate>,
) -> Result<(StatusCode, About, NoStore<Json<ApiKeyCreated>>), ApiError> {
    let name = field("name", Text::new(request.name))?;
    let expires_at = super::expiry(&app, request.expires_at)?;
    match app.passgate.create_api_key(id, name, expires_at).await? {
        Created::Done(key) => {
            let about = About(key.name.to_string());
            Ok((StatusCode::CREATED, about, NoStore(Json(super::created_to_wire(&key)))))
        }
        Created::NameTaken => Err(super::name_taken()),
        Created::UnknownTenant => Err(tenant_not_found()),
    }
}
