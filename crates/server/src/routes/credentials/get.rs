//! `GET /{tenant_id}/credentials/{credential_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::{ErrorCode, public as wire};
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{CredentialPath, Keyed};
use crate::no_store::NoStore;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    CredentialPath(id): CredentialPath,
) -> Result<NoStore<Json<wire::Credential>>, ApiError> {
    match app.passgate.credential(&tenant, id).await? {
        Some(credential) => Ok(NoStore(Json(super::to_wire(credential)))),
        None => Err(ApiError::not_found(
            ErrorCode::CREDENTIAL_NOT_FOUND,
            "there is no such credential in this tenant",
        )),
    }
}
