//! `/console/api/passkeys`: the operator's own.

pub(crate) mod begin;
pub(crate) mod delete;
pub(crate) mod finish;
pub(crate) mod list;
pub(crate) mod rename;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use passgate_api::ErrorCode;
use passgate_core::ids::CredentialId;

use crate::error::ApiError;

/// The passkey that a path names.
pub(crate) struct PasskeyPath(pub(crate) CredentialId);

impl<S: Send + Sync> FromRequestParts<S> for PasskeyPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let not_found =
            || ApiError::not_found(ErrorCode::CREDENTIAL_NOT_FOUND, "the account has no such passkey");
        let Path(id) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| not_found())?;
        // What is no credential id names no passkey.
        id.parse().map(Self).map_err(|_| not_found())
    }
}
