//! `DELETE /tenants/{tenant_id}/users/{user_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::ids::UserId;
use passgate_core::store::{Changed, Store};

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::extract::Origin;
use crate::openapi::{Access, Description, Tag, uuid};
use crate::routes::admin::RowPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::Users,
        "deleteUser",
        "Delete a user",
        "With credentials and transactions. Rows of the audit log stay for as long as the tenant keeps them.",
    )
    .path(
        "user_id",
        "The row's id, not the app's own id of the user.",
        uuid("91d1c6a8-8a3f-4a63-93cb-5b4f6a7e8d90"),
    )
    .answers_nothing("Deleted.")
    .refuses(400, &[ErrorCode::VALIDATION_FAILED])
    .refuses(404, &[ErrorCode::USER_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<UserId>,
    Origin(origin): Origin,
) -> Result<(StatusCode, About), ApiError> {
    let user = app.passgate.store().user(tenant_id, id).await?.ok_or_else(super::user_not_found)?;
    match app.passgate.delete_user(tenant_id, id, &origin).await? {
        Changed::Done => Ok((StatusCode::NO_CONTENT, About(user.app_id.as_str().to_owned()))),
        Changed::NotFound => Err(super::user_not_found()),
    }
}
