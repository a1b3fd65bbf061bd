//! `DELETE /tenants/{tenant_id}/secrets/jwk/{secret_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::ids::SigningKeyId;
use passgate_core::store::{SigningKeyDeletion, Store};

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, uuid};
use crate::routes::admin::RowPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::SigningKeys,
        "deleteSigningKey",
        "Delete a signing key",
        "Tokens that it signed are vouched for no more. The key that signs can't be deleted.",
    )
    .path("secret_id", "The key's id.", uuid("e8a5c7f1-6a54-4e0e-9d61-0f6b4a3c2d10"))
    .answers_nothing("Deleted.")
    .refuses(400, &[ErrorCode::VALIDATION_FAILED])
    .refuses(404, &[ErrorCode::SIGNING_KEY_NOT_FOUND])
    .refuses(409, &[ErrorCode::SIGNING_KEY_IN_USE])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<SigningKeyId>,
) -> Result<(StatusCode, About), ApiError> {
    let keys = app.passgate.list_signing_keys(tenant_id).await?.unwrap_or_default();
    let name = keys.into_iter().find(|info| info.key.id == id).map(|info| info.key.name.to_string());
    match app.passgate.delete_signing_key(tenant_id, id).await? {
        SigningKeyDeletion::Deleted => Ok((StatusCode::NO_CONTENT, About(name.unwrap_or_default()))),
        SigningKeyDeletion::NotFound => Err(ApiError::not_found(
            ErrorCode::SIGNING_KEY_NOT_FOUND,
            "there is no such signing key in this tenant",
        )),
        SigningKeyDeletion::InUse => Err(ApiError::conflict(
            ErrorCode::SIGNING_KEY_IN_USE,
            "this key signs the tenant's tokens; make its successor first, with now: true if it was compromised",
        )),
    }
}
