//! `POST /console/api/sign-in/finish`

use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{Right, SessionStarted};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::openapi::{Access, Description, LOGIN_MALFORMED, LOGIN_REFUSED, Presence, Tag, example};
use crate::routes::console::account;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ANYONE),
        Tag::Accounts,
        "finishSignIn",
        "Sign in",
        "Takes a passkey that was shown, and begins a session.",
    )
    .takes::<wire::Shown>(Presence::Required, json!({ "credential": example::assertion_credential() }))
    .answers::<wire::Session>(200, "The session; its secret is in a cookie.", example::console_session())
    .refuses_with(400, LOGIN_MALFORMED)
    .refuses_with(401, LOGIN_REFUSED)
    .refuses(401, &[ErrorCode::OPERATOR_UNKNOWN])
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::Shown>,
) -> Result<SessionStarted, ApiError> {
    let signed_in = app.passgate.finish_sign_in(body.credential.get().as_bytes(), &origin).await?;
    account::started(&app, signed_in).await
}
