//! `/{tenant_id}/users/{user_id}`: what an app asks about a user of its own.

pub(crate) mod delete_credentials;
pub(crate) mod signals;

use axum::extract::Path;
use passgate_api::ErrorCode;
use passgate_core::user::AppUserId;

use crate::error::ApiError;
use crate::openapi::{Description, text_between};
use crate::validate::field;

/// The user in the path, by the app's own id.
fn user(Path((_, user_id)): Path<(String, String)>) -> Result<AppUserId, ApiError> {
    field("user_id", AppUserId::new(user_id))
}

fn user_not_found() -> ApiError {
    ApiError::not_found(ErrorCode::USER_NOT_FOUND, "there is no user with this user_id")
}

fn of_user(description: Description) -> Description {
    description
        .path("user_id", "The app's own id of the user.", text_between(1, 1024, "user-7"))
        .refuses(400, &[ErrorCode::VALIDATION_FAILED])
        .refuses(404, &[ErrorCode::USER_NOT_FOUND])
}
