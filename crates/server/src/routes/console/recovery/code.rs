//! `POST /console/api/recovery/code`

use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::{Email, RecoverError};
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{Right, SessionStarted};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::account;
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ANYONE),
        Tag::Accounts,
        "recoverWithCode",
        "Sign in with a recovery code",
        "Uses the code up, ends the account's other sessions, and begins one in which a passkey can be added.",
    )
    .takes::<wire::RecoveryCodeUse>(
        Presence::Required,
        json!({ "email": "kim@example.com", "code": "7Q2M-XK4D-0ZPA-93HV" }),
    )
    .answers::<wire::Session>(200, "The session; its secret is in a cookie.", example::console_session())
    .refuses(401, &[ErrorCode::RECOVERY_CODE_INVALID])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::RecoveryCodeUse>,
) -> Result<SessionStarted, ApiError> {
    let email = field("email", Email::new(&body.email))?;
    match app.passgate.recover_with_code(email, body.code.expose_secret(), &origin).await {
        Ok(signed_in) => account::started(&app, signed_in).await,
        // Whether there is such an account is not said.
        Err(RecoverError::Invalid) => Err(ApiError::unauthorized(
            ErrorCode::RECOVERY_CODE_INVALID,
            "email or code are wrong, or the code was used before",
        )),
        Err(RecoverError::Store(error)) => Err(error.into()),
    }
}
