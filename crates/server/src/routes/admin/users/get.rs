//! `GET /tenants/{tenant_id}/users/{user_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::admin::UserDetails;
use passgate_core::ids::UserId;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::routes::admin::RowPath;
use crate::routes::{credentials, transaction};

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<UserId>,
) -> Result<Json<UserDetails>, ApiError> {
    let details = app.passgate.user_details(tenant_id, id).await?.ok_or_else(super::user_not_found)?;
    Ok(Json(UserDetails {
        user: super::to_wire(details.user),
        credentials: details.credentials.into_iter().map(credentials::to_wire).collect(),
        transactions: details.transactions.iter().map(transaction::to_wire).collect(),
    }))
}
