//! `POST /console/api/step-up/begin`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::Origin;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::console::account::raw;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "beginStepUp",
        "Begin to show a passkey again",
        "Answers what the browser is to ask for one of the operator's passkeys with.",
    )
    .answers::<wire::Assertion>(
        200,
        "What to ask for a passkey with.",
        json!({ "options": example::request_options() }),
    )
    .refuses(400, &[ErrorCode::NO_CREDENTIALS])
    .refuses(404, &[ErrorCode::USER_NOT_FOUND])
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    Origin(origin): Origin,
) -> Result<NoStore<Json<wire::Assertion>>, ApiError> {
    let options = app.passgate.begin_step_up(operator.id, &origin).await?;
    Ok(NoStore(Json(wire::Assertion { options: raw(&options)? })))
}
