//! `POST /console/api/organizations/{organization_id}/invitations`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::{Email, InviteError, Invited};
use passgate_core::store::Store;
use serde_json::json;

use super::to_wire;
use crate::app::App;
use crate::console::link_url;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::organizations::{not_found, role_from_wire};
use crate::validate::field;
use passgate_api::SecretString;
use std::time::Duration;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN.fresh()),
        Tag::Organizations,
        "invite",
        "Invite somebody",
        "Answers a link that whoever has it may use, once. Nothing is sent. Only an owner may invite an owner.",
    )
    .takes::<wire::Invite>(Presence::Required, json!({ "role": "developer", "email": "sam@example.com" }))
    .answers::<wire::Invited>(
        201,
        "The invitation, with its link.",
        json!({
            "invitation": example::invitation(),
            "url": "http://localhost:8001/console/link#pgl_…",
        }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { organization_id, actor }: Acting,
    JsonBody(body): JsonBody<wire::Invite>,
) -> Result<(StatusCode, NoStore<Json<wire::Invited>>), ApiError> {
    let days = body.days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(ApiError::validation(format!("days: must be 1 to {MAX_DAYS}")));
    }
    let invited = Invited {
        role: role_from_wire(body.role),
        email: body.email.map(|email| field("email", Email::new(&email))).transpose()?,
        lifetime: Duration::from_hours(24 * u64::from(days)),
    };
    let organization =
        app.passgate.organization(organization_id, actor.operator_id).await?.ok_or_else(not_found)?;
    let made = app.passgate.invite(&organization, invited, &actor).await;
    let (secret, link) = made.map_err(|error| match error {
        InviteError::NotAllowed => {
            ApiError::new(StatusCode::FORBIDDEN, ErrorCode::ROLE_INSUFFICIENT, "Forbidden", error.to_string())
        }
        InviteError::UnknownOrganization => not_found(),
        InviteError::Store(error) => error.into(),
    })?;
    let invitation = to_wire(link).ok_or_else(not_found)?;
    let url = SecretString::new(link_url(&app.console.place, secret.expose_secret()));
    Ok((StatusCode::CREATED, NoStore(Json(wire::Invited { invitation, url }))))
}

/// How long a link is valid unless somebody says otherwise, and at most, in days.
const DEFAULT_DAYS: u32 = 7;
const MAX_DAYS: u32 = 30;
