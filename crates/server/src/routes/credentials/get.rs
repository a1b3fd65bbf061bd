//! `GET /{tenant_id}/credentials/{credential_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::{ErrorCode, public as wire};
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{CredentialPath, Keyed};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, credential_id, example};
use crate::routes::credentials::Icon;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::Credentials,
        "getCredential",
        "Get a credential",
        "A passkey or a second factor, by its id.",
    )
    .path("credential_id", "The credential id, base64url.", credential_id())
    .answers::<wire::Credential>(200, "The credential.", example::credential_with_icon())
    .refuses(404, &[ErrorCode::CREDENTIAL_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    CredentialPath(id): CredentialPath,
) -> Result<NoStore<Json<wire::Credential>>, ApiError> {
    match app.passgate.credential(&tenant, id).await? {
        Some(credential) => {
            let metadata = app.passgate.metadata();
            Ok(NoStore(Json(super::to_wire(credential, metadata.as_deref(), Icon::Shown))))
        }
        None => Err(ApiError::not_found(
            ErrorCode::CREDENTIAL_NOT_FOUND,
            "there is no such credential in this tenant",
        )),
    }
}
