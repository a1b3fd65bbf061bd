//! `PATCH /{tenant_id}/credentials/{credential_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::public::CredentialUpdate;
use passgate_core::store::{Changed, Store};
use passgate_core::text::Text;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{CredentialPath, JsonBody, Keyed, Origin};
use crate::openapi::{Access, Description, Presence, Tag, credential_id};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::Credentials,
        "renameCredential",
        "Rename a credential",
        "What the person calls it.",
    )
    .path("credential_id", "The credential id, base64url.", credential_id())
    .acts_for_a_person()
    .takes::<CredentialUpdate>(Presence::Required, json!({ "name": "Kim’s phone" }))
    .answers_nothing("Renamed.")
    .refuses(404, &[ErrorCode::CREDENTIAL_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    CredentialPath(id): CredentialPath,
    Origin(origin): Origin,
    JsonBody(update): JsonBody<CredentialUpdate>,
) -> Result<StatusCode, ApiError> {
    let name = field("name", Text::new(update.name))?;
    match app.passgate.rename_credential(&tenant, id, name, &origin).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(ApiError::not_found(
            ErrorCode::CREDENTIAL_NOT_FOUND,
            "there is no such credential in this tenant",
        )),
    }
}
