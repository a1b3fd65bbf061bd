//! `POST /console/api/step-up/finish`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::Session;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, LOGIN_MALFORMED, LOGIN_REFUSED, Presence, Tag, example};
use crate::routes::console::account;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "finishStepUp",
        "Show a passkey again",
        "For five minutes, the session may do what asks for a passkey just shown.",
    )
    .takes::<wire::Shown>(Presence::Required, json!({ "credential": example::assertion_credential() }))
    .answers::<wire::Session>(200, "The session.", example::console_session())
    .refuses_with(400, LOGIN_MALFORMED)
    .refuses_with(401, LOGIN_REFUSED)
    .refuses(401, &[ErrorCode::OPERATOR_UNKNOWN])
    .refuses(403, &[ErrorCode::OPERATOR_MISMATCH])
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(session, operator): OfOperator,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::Shown>,
) -> Result<NoStore<Json<wire::Session>>, ApiError> {
    let until = app.passgate.finish_step_up(&session, body.credential.get().as_bytes(), &origin).await?;
    let session = Session { fresh_until: Some(until), ..session };
    Ok(NoStore(Json(account::session(&app, &session, operator).await?)))
}
