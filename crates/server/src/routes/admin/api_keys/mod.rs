//! `/tenants/{tenant_id}/secrets/api`.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod roll;

use passgate_api::admin::ApiKeyCreated;
use passgate_api::{ErrorCode, SecretString};
use passgate_core::administration::CreatedApiKey;
use passgate_core::api_key::LONGEST_LIFE;
use passgate_core::clock::Timestamp;
use passgate_core::store::Store;
use time::OffsetDateTime;

use crate::app::App;
use crate::error::ApiError;

pub(crate) fn created_to_wire(key: &CreatedApiKey) -> ApiKeyCreated {
    ApiKeyCreated {
        id: *key.id.as_uuid(),
        name: key.name.to_string(),
        secret: SecretString::new(key.secret.expose_secret()),
        created_at: key.created_at.to_date_time(),
        expires_at: key.expires_at.map(Timestamp::to_date_time),
    }
}

/// When a new key is to end.
fn expiry<S: Store>(app: &App<S>, expires_at: Option<OffsetDateTime>) -> Result<Option<Timestamp>, ApiError> {
    let Some(end) = expires_at.map(Timestamp::from_date_time) else { return Ok(None) };
    let now = app.passgate.now();
    if end <= now || end > now + LONGEST_LIFE {
        return Err(ApiError::validation("expires_at: must be in the future, at most ten years away"));
    }
    Ok(Some(end))
}

fn name_taken() -> ApiError {
    ApiError::conflict(ErrorCode::NAME_TAKEN, "the tenant has an API key of this name")
}

fn not_found() -> ApiError {
    ApiError::not_found(ErrorCode::API_KEY_NOT_FOUND, "there is no such API key in this tenant")
}
