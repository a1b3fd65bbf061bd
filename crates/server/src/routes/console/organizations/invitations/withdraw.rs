//! `DELETE /console/api/organizations/{organization_id}/invitations/{invitation_id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, uuid};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN),
        Tag::Organizations,
        "withdrawInvitation",
        "Withdraw an invitation",
        "Its link is no use from then on.",
    )
    .path("invitation_id", "The invitation's id.", uuid("5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11"))
    .answers_nothing("It is withdrawn.")
    .refuses(404, &[ErrorCode::INVITATION_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { organization_id, actor }: Acting,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let not_found =
        || ApiError::not_found(ErrorCode::INVITATION_NOT_FOUND, "there is no such open invitation");
    let id = id.parse().map_err(|_| not_found())?;
    match app.passgate.withdraw_invitation(organization_id, id, &actor).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(not_found()),
    }
}
