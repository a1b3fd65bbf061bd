//! `PATCH /console/api/operator`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::{Email, OperatorChange, OperatorChanged};
use passgate_core::store::Store;
use passgate_core::text::Text;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::account;
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR.fresh()),
        Tag::Accounts,
        "updateOperator",
        "Change the own account",
        "What is left out stays. Passkeys that were made before go on showing the old name and email.",
    )
    .takes::<wire::OperatorUpdate>(Presence::Required, json!({ "name": "Kim" }))
    .answers::<wire::Operator>(200, "The account.", example::operator())
    .refuses(409, &[ErrorCode::EMAIL_TAKEN, ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::OperatorUpdate>,
) -> Result<NoStore<Json<wire::Operator>>, ApiError> {
    let change = OperatorChange {
        name: body.name.map(|name| field("name", Text::new(name.trim()))).transpose()?,
        email: body.email.map(|email| field("email", Email::new(&email))).transpose()?,
    };
    match app.passgate.change_operator(operator.id, change, &origin).await? {
        OperatorChanged::Done(operator) => Ok(NoStore(Json(account::operator(&app, operator).await?))),
        OperatorChanged::EmailTaken => {
            Err(ApiError::conflict(ErrorCode::EMAIL_TAKEN, "there is an account with this email"))
        }
        OperatorChanged::NotFound => {
            Err(ApiError::unauthorized(ErrorCode::SESSION_MISSING, "the account is gone"))
        }
    }
}
