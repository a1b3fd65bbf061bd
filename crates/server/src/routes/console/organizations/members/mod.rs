//! `/console/api/organizations/{organization_id}/members`.

pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod update;

use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::{Member, MemberChanged};
use passgate_core::ids::OperatorId;

use crate::error::ApiError;
use crate::routes::console::organizations::role_to_wire;

fn to_wire(member: &Member) -> wire::Member {
    wire::Member {
        operator_id: *member.operator_id.as_uuid(),
        name: member.name.to_string(),
        email: member.email.as_str().to_owned(),
        role: role_to_wire(member.role),
        joined_at: member.joined_at.to_date_time(),
    }
}

fn not_found() -> ApiError {
    ApiError::not_found(ErrorCode::MEMBER_NOT_FOUND, "the organization has no such member")
}

/// The member whom a path names.
fn operator(id: &str) -> Result<OperatorId, ApiError> {
    id.parse().map_err(|_| not_found())
}

fn forbidden(detail: &'static str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, ErrorCode::ROLE_INSUFFICIENT, "Forbidden", detail)
}

/// What became of a change, where it is refused.
fn refused(changed: MemberChanged) -> Result<(), ApiError> {
    match changed {
        MemberChanged::Done => Ok(()),
        MemberChanged::NotFound => Err(not_found()),
        MemberChanged::NotAllowed => Err(forbidden("only members from admin up may change or remove others")),
        MemberChanged::OwnersOnly => Err(forbidden("only an owner may make, change or remove an owner")),
        MemberChanged::LastOwner => Err(ApiError::conflict(
            ErrorCode::LAST_OWNER,
            "an organization has an owner at all times: make somebody else one first",
        )),
    }
}
