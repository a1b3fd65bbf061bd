//! `GET /{tenant_id}/transaction/{user_id}`

use axum::Json;
use axum::extract::{Path, State};
use passgate_api::ErrorCode;
use passgate_api::public::Transaction;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;
use passgate_core::user::AppUserId;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Keyed;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example, text_between};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::Transactions,
        "listTransactions",
        "List a user's transactions",
        "All of them, the newest first. A user without any has none, and so has a user that does not exist.",
    )
    .path("user_id", "The app's own id of the user, or else the row's.", text_between(1, 1024, "user-7"))
    .answers_list::<Transaction>("The transactions.", json!([example::transaction()]))
    .refuses(400, &[ErrorCode::VALIDATION_FAILED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Path((_, user_id)): Path<(String, String)>,
) -> Result<NoStore<Json<Vec<Transaction>>>, ApiError> {
    list(&app, &tenant, user_id).await
}

/// What [`description`] says, for users who are called as other routes are.
pub(crate) fn covered() -> Description {
    Description::covered_by("/{tenant_id}/transaction/{user_id}", description())
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
