//! `GET /console/api/passkeys`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::console::account;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "listPasskeys",
        "List the own passkeys",
        "Newest first.",
    )
    .answers_list::<wire::Passkey>("The passkeys.", json!([example::passkey()]))
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
) -> Result<NoStore<Json<Vec<wire::Passkey>>>, ApiError> {
    let passkeys = app.passgate.operator_passkeys(operator.id).await?;
    Ok(NoStore(Json(passkeys.into_iter().map(|passkey| account::passkey(&app, passkey)).collect())))
}
