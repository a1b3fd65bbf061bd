//! `POST /console/api/sign-up/finish`

use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use super::{refused, request};
use crate::app::App;
use crate::console::{Right, SessionStarted};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::openapi::{Access, Description, Presence, REGISTRATION_REFUSED, Tag, example};
use crate::request::to_its_end;
use crate::routes::console::account;

pub(crate) fn description() -> Description {
    refused(Description::new(
        Access::Console(Right::ANYONE),
        Tag::Accounts,
        "finishSignUp",
        "Make an account",
        "Keeps the passkey, uses up the link, and begins a session. An invitation makes the operator a member at once.",
    ))
    .takes::<wire::SignUpFinish>(
        Presence::Required,
        json!({
            "link": "pgl_…",
            "name": "Kim",
            "email": "kim@example.com",
            "credential": example::registration_credential(),
        }),
    )
    .answers::<wire::Session>(200, "The session; its secret is in a cookie.", example::console_session())
    .refuses_with(400, REGISTRATION_REFUSED)
    .refuses(403, &[ErrorCode::OPERATOR_MISMATCH])
    .refuses(422, &[ErrorCode::USER_VERIFICATION_MISSING])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::SignUpFinish>,
) -> Result<SessionStarted, ApiError> {
    let request = request(body.link.as_ref(), &body.name, &body.email)?;
    // Whoever hangs up in between would leave a passkey without an account.
    let signed_in = {
        let app = app.clone();
        to_its_end(async move {
            let credential = body.credential.get().as_bytes();
            let (place, allowed) = (&app.console.place, app.console.sign_up);
            app.passgate.finish_sign_up(place, allowed, &request, credential, &origin).await
        })
    };
    account::started(&app, signed_in.await.map_err(ApiError::internal)??).await
}
