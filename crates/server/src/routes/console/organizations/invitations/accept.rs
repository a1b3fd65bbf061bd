//! `POST /console/api/invitations/accept`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::Accepted;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::links::inspect::invalid;
use crate::routes::console::organizations::{not_found, to_wire};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Organizations,
        "acceptInvitation",
        "Accept an invitation",
        "The caller becomes a member, and the link is used up.",
    )
    .takes::<wire::LinkSecret>(Presence::Required, json!({ "link": "pgl_…" }))
    .answers::<wire::Organization>(200, "The organization.", example::organization())
    .refuses(404, &[ErrorCode::LINK_INVALID, ErrorCode::ORGANIZATION_NOT_FOUND])
    .refuses(409, &[ErrorCode::ALREADY_MEMBER])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::LinkSecret>,
) -> Result<NoStore<Json<wire::Organization>>, ApiError> {
    let accepted = app.passgate.accept_invitation(body.link.expose_secret(), operator.id, &origin).await?;
    let id = match accepted {
        Accepted::Joined(id) => id,
        Accepted::LinkInvalid => return Err(invalid()),
        Accepted::AlreadyMember => {
            return Err(ApiError::conflict(ErrorCode::ALREADY_MEMBER, "you are a member already"));
        }
    };
    let organization = app.passgate.organization(id, Some(operator.id)).await?.ok_or_else(not_found)?;
    let role = organization.role.ok_or_else(not_found)?;
    Ok(NoStore(Json(to_wire(&organization, role))))
}
