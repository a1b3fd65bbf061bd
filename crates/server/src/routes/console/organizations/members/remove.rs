//! `DELETE /console/api/organizations/{organization_id}/members/{operator_id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::console::MemberChange;
use passgate_core::store::Store;

use super::{operator, refused};
use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, uuid};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER.fresh()),
        Tag::Organizations,
        "removeMember",
        "Remove a member",
        "Everybody may leave; to remove others takes an admin, and an owner to remove an owner. One is left at all \
         times. The member's open invitations are withdrawn.",
    )
    .path("operator_id", "The member's id.", uuid("5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11"))
    .answers_nothing("The operator is no member any more.")
    .refuses(404, &[ErrorCode::MEMBER_NOT_FOUND])
    .refuses(409, &[ErrorCode::LAST_OWNER])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { organization_id, actor }: Acting,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let id = operator(&id)?;
    refused(app.passgate.change_member(organization_id, id, MemberChange::Removal, &actor).await?)?;
    Ok(StatusCode::NO_CONTENT)
}
