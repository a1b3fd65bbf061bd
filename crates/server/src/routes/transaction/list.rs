//! `GET /{tenant_id}/transaction/{user_id}`

use axum::Json;
use axum::extract::{Path, State};
use passgate_api::public::Transaction;
use passgate_core::store::Store;
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
    let user_id = field("user_id", AppUserId::new(user_id))?;
    let transactions = app.passgate.transactions(&tenant, user_id).await?;
    Ok(NoStore(Json(transactions.iter().map(super::to_wire).collect())))
}
