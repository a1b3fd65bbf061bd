//! `DELETE /{tenant_id}/credentials/{credential_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{CredentialPath, Keyed, Origin};
use crate::openapi::{Access, Description, Tag, credential_id};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::Credentials,
        "deleteCredential",
        "Delete a credential",
        "It can't log in any more: who tries is told `credential_revoked`.",
    )
    .path("credential_id", "The credential id, base64url.", credential_id())
    .acts_for_a_person()
    .answers_nothing("Deleted.")
    .refuses(404, &[ErrorCode::CREDENTIAL_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    CredentialPath(id): CredentialPath,
    Origin(origin): Origin,
) -> Result<StatusCode, ApiError> {
    match app.passgate.delete_credential(&tenant, id, &origin).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(ApiError::not_found(
            ErrorCode::CREDENTIAL_NOT_FOUND,
            "there is no such credential in this tenant",
        )),
    }
}
