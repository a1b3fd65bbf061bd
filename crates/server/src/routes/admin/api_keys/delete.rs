//! `DELETE /tenants/{tenant_id}/secrets/api/{secret_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::ids::ApiKeyId;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::error::ApiError;
use crate::routes::admin::RowPath;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<ApiKeyId>,
) -> Result<StatusCode, ApiError> {
    match app.passgate.delete_api_key(tenant_id, id).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => {
            Err(ApiError::not_found(ErrorCode::API_KEY_NOT_FOUND, "there is no such API key in this tenant"))
        }
    }
}
