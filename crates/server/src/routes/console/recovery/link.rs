//! `POST /console/api/recovery/link`

use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::RecoverError;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{Right, SessionStarted};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::account;
use crate::routes::console::links::inspect::invalid;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ANYONE),
        Tag::Accounts,
        "recoverWithLink",
        "Sign in with a recovery link",
        "A link of `passgate console recover`. Uses it up, ends the account's other sessions, and begins one in which a \
         passkey can be added.",
    )
    .takes::<wire::LinkSecret>(Presence::Required, json!({ "link": "pgl_…" }))
    .answers::<wire::Session>(200, "The session; its secret is in a cookie.", example::console_session())
    .refuses(404, &[ErrorCode::LINK_INVALID])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::LinkSecret>,
) -> Result<SessionStarted, ApiError> {
    match app.passgate.recover_with_link(body.link.expose_secret(), &origin).await {
        Ok(signed_in) => account::started(&app, signed_in).await,
        Err(RecoverError::Invalid) => Err(invalid()),
        Err(RecoverError::Store(error)) => Err(error.into()),
    }
}
