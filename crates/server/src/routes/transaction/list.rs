//! `GET /{tenant_id}/transaction/{user_id}`

use axum::Json;
use axum::extract::{Path, State};
use passgate_api::public::Transaction;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;
use passgate_core::user::AppUserId;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Keyed;
use crate::no_store::NoStore;
use crate::validate::field;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Path((_, user_id)): Path<(String, String)>,
) -> Result<NoStore<Json<Vec<Transaction>>>, ApiError> {
    list(&app, &tenant, user_id).await
}

/// The list of the user whose id is `initialize`, which is another route's path too.
pub(crate) async fn of_initialize<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
) -> Result<NoStore<Json<Vec<Transaction>>>, ApiError> {
    list(&app, &tenant, "initialize".to_owned()).await
}

/// The list of the user whose id is `finalize`.
pub(crate) async fn of_finalize<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
) -> Result<NoStore<Json<Vec<Transaction>>>, ApiError> {
    list(&app, &tenant, "finalize".to_owned()).await
}

async fn list<S: Store>(
    app: &App<S>,
    tenant: &Tenant,
    user_id: String,
) -> Result<NoStore<Json<Vec<Transaction>>>, ApiError> {
    let user_id = field("user_id", AppUserId::new(user_id))?;
    let transactions = app.passgate.transactions(tenant, user_id).await?;
    Ok(NoStore(Json(transactions.iter().map(super::to_wire).collect())))
}
