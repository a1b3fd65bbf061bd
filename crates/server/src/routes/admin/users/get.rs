//! `GET /tenants/{tenant_id}/users/{user_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::admin::UserDetails;
use passgate_core::ids::UserId;
use passgate_core::store::Store;
use serde_json::{Value, json};

use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, example, uuid};
use crate::routes::admin::RowPath;
use crate::routes::credentials::{self, Icon};
use crate::routes::transaction;

pub(crate) fn description() -> Description {
    Description::new(Access::Token, Tag::Users, "getUser", "Get a user", "With credentials and transactions.")
        .path(
            "user_id",
            "The row's id, not the app's own id of the user.",
            uuid("91d1c6a8-8a3f-4a63-93cb-5b4f6a7e8d90"),
        )
        .answers::<UserDetails>(200, "The user.", user_details())
        .refuses(400, &[ErrorCode::VALIDATION_FAILED])
        .refuses(404, &[ErrorCode::USER_NOT_FOUND])
}

fn user_details() -> Value {
    let mut details = example::user();
    details["credentials"] = json!([example::credential()]);
    details["transactions"] = json!([example::transaction()]);
    details
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<UserId>,
) -> Result<Json<UserDetails>, ApiError> {
    let details = app.passgate.user_details(tenant_id, id).await?.ok_or_else(super::user_not_found)?;
    let metadata = app.passgate.metadata();
    let credential = |credential| credentials::to_wire(credential, metadata.as_deref(), Icon::LeftOut);
    Ok(Json(UserDetails {
        user: super::to_wire(details.user),
        credentials: details.credentials.into_iter().map(credential).collect(),
        transactions: details.transactions.iter().map(transaction::to_wire).collect(),
    }))
}
