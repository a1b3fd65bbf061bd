//! `/tenants/{tenant_id}/users`.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;

use passgate_api::ErrorCode;
use passgate_api::admin as wire;
use passgate_core::user::UserRecord;

use crate::error::ApiError;

fn to_wire(user: UserRecord) -> wire::User {
    wire::User {
        id: *user.id.as_uuid(),
        user_id: user.profile.app_id.to_string(),
        name: user.profile.name.to_string(),
        icon: user.profile.icon.map(String::from),
        display_name: user.profile.display_name.map(String::from),
    }
}

fn user_not_found() -> ApiError {
    ApiError::not_found(ErrorCode::USER_NOT_FOUND, "there is no such user in this tenant")
}
