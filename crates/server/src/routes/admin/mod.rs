//! The admin API: one set of endpoints for a server's operators and for the command line beside a database.

pub(crate) mod api_keys;
pub(crate) mod config;
pub(crate) mod signing_keys;
pub(crate) mod tenants;
pub(crate) mod users;
pub(crate) mod webhooks;

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use passgate_api::ErrorCode;
use passgate_core::ids::TenantId;

use crate::error::ApiError;
use crate::extract::parse_tenant_id;

/// The tenant that an admin path names; it may not exist.
pub(crate) struct TenantPath(pub(crate) TenantId);

impl<S: Send + Sync> FromRequestParts<S> for TenantPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| tenant_not_found())?;
        parse_tenant_id(&id).map(Self)
    }
}

/// The tenant, and the row of it, that an admin path names.
pub(crate) struct RowPath<T>(pub(crate) TenantId, pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for RowPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path((tenant, secret)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| tenant_not_found())?;
        let secret = secret
            .parse()
            .map_err(|_| ApiError::validation("the last segment of the path must be a UUID"))?;
        Ok(Self(parse_tenant_id(&tenant)?, secret))
    }
}

pub(crate) fn tenant_not_found() -> ApiError {
    ApiError::not_found(ErrorCode::TENANT_NOT_FOUND, "tenant not found")
}
