//! `POST /console/api/sign-in/begin`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::console::account::raw;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ANYONE),
        Tag::Accounts,
        "beginSignIn",
        "Begin to sign in",
        "Answers what the browser is to ask for a passkey with, by autofill or by a prompt. Writes nothing.",
    )
    .answers::<wire::Assertion>(
        200,
        "What to ask for a passkey with.",
        json!({ "options": example::discoverable_request_options() }),
    )
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
) -> Result<NoStore<Json<wire::Assertion>>, ApiError> {
    let options = app.passgate.begin_sign_in().await?;
    Ok(NoStore(Json(wire::Assertion { options: raw(&options)? })))
}
