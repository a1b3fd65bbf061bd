//! `POST /tenants/{tenant_id}/secrets/api/{secret_id}/roll`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::admin::{ApiKeyCreated, ApiKeyRoll};
use passgate_core::administration::RolledApiKey;
use passgate_core::api_key::LONGEST_OVERLAP;
use passgate_core::ids::ApiKeyId;
use passgate_core::store::Store;
use passgate_core::text::Text;
use serde_json::json;

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example, uuid};
use crate::routes::admin::RowPath;
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::ApiKeys,
        "rollApiKey",
        "Replace an API key",
        "Makes another, whose secret is shown this once. The one that it replaces goes on for as long as the overlap \
         says, or until it expires anyway, and stays listed until it is deleted.",
    )
    .path("secret_id", "The id of the key to replace.", uuid("e8a5c7f1-6a54-4e0e-9d61-0f6b4a3c2d10"))
    .takes::<ApiKeyRoll>(Presence::Required, json!({ "overlap_seconds": 86_400 }))
    .answers::<ApiKeyCreated>(201, "Created.", example::api_key_created())
    .refuses(404, &[ErrorCode::API_KEY_NOT_FOUND])
    .refuses(409, &[ErrorCode::NAME_TAKEN])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<ApiKeyId>,
    JsonBody(request): JsonBody<ApiKeyRoll>,
) -> Result<(StatusCode, About, NoStore<Json<ApiKeyCreated>>), ApiError> {
    let overlap = Duration::from_secs(u64::from(request.overlap_seconds));
    if overlap > LONGEST_OVERLAP {
        return Err(ApiError::validation("overlap_seconds: must be at most 2592000, which is 30 days"));
    }
    let name = request.name.map(Text::new).map(|name| field("name", name)).transpose()?;
    let expires_at = super::expiry(&app, request.expires_at)?;
    match app.passgate.roll_api_key(tenant_id, id, overlap, name, expires_at).await? {
        RolledApiKey::Done(key, replaced) => {
            let about = About(replaced.to_string());
            Ok((StatusCode::CREATED, about, NoStore(Json(super::created_to_wire(&key)))))
        }
        RolledApiKey::NameTaken => Err(super::name_taken()),
        RolledApiKey::NotFound => Err(super::not_found()),
    }
}
