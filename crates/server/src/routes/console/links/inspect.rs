//! `POST /console/api/links/inspect`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::LinkPurpose;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag};
use crate::routes::console::organizations::role_to_wire;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ANYONE),
        Tag::Accounts,
        "inspectLink",
        "Ask what a link is for",
        "A link is not used up by it.",
    )
    .takes::<wire::LinkSecret>(Presence::Required, json!({ "link": "pgl_…" }))
    .answers::<wire::LinkInfo>(
        200,
        "What it is for.",
        json!({ "kind": "claim", "expires_at": "2027-01-15T09:00:00Z" }),
    )
    .refuses(404, &[ErrorCode::LINK_INVALID])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    JsonBody(body): JsonBody<wire::LinkSecret>,
) -> Result<NoStore<Json<wire::LinkInfo>>, ApiError> {
    let link = app.passgate.inspect_link(body.link.expose_secret()).await?.ok_or_else(invalid)?;
    let expires_at = link.expires_at.to_date_time();
    let info = |kind| wire::LinkInfo { kind, expires_at, organization: None, role: None, email: None };
    Ok(NoStore(Json(match link.purpose {
        LinkPurpose::Claim => info(wire::LinkKind::Claim),
        LinkPurpose::Recovery { email, .. } => {
            wire::LinkInfo { email: Some(email.as_str().to_owned()), ..info(wire::LinkKind::Recovery) }
        }
        LinkPurpose::Invitation { organization, role, email, .. } => wire::LinkInfo {
            organization: Some(organization.to_string()),
            role: Some(role_to_wire(role)),
            email: email.map(|email| email.as_str().to_owned()),
            ..info(wire::LinkKind::Invitation)
        },
    })))
}

pub(crate) fn invalid() -> ApiError {
    ApiError::not_found(
        ErrorCode::LINK_INVALID,
        "the link is not valid: it was used, has expired, or was cut short",
    )
}
