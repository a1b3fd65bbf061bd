//! `DELETE /tenants/{tenant_id}/users/{user_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_core::ids::UserId;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Origin;
use crate::routes::admin::RowPath;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<UserId>,
    Origin(origin): Origin,
) -> Result<StatusCode, ApiError> {
    match app.passgate.delete_user(tenant_id, id, &origin).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(super::user_not_found()),
    }
}
