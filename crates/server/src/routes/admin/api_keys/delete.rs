//! `DELETE /tenants/{tenant_id}/secrets/api/{secret_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::ids::ApiKeyId;
use passgate_core::store::{Changed, Store};

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, uuid};
use crate::routes::admin::RowPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::ApiKeys,
        "deleteApiKey",
        "Revoke an API key",
        "It is refused at once here, and within a second by other processes.",
    )
    .path("secret_id", "The key's id.", uuid("e8a5c7f1-6a54-4e0e-9d61-0f6b4a3c2d10"))
    .answers_nothing("Revoked.")
    .refuses(400, &[ErrorCode::VALIDATION_FAILED])
    .refuses(404, &[ErrorCode::API_KEY_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<ApiKeyId>,
) -> Result<(StatusCode, About), ApiError> {
    let keys = app.passgate.list_api_keys(tenant_id).await?.unwrap_or_default();
    let key = keys.into_iter().find(|key| key.id == id).ok_or_else(super::not_found)?;
    match app.passgate.delete_api_key(tenant_id, id).await? {
        Changed::Done => Ok((StatusCode::NO_CONTENT, About(key.name.to_string()))),
        Changed::NotFound => Err(super::not_found()),
    }
}
