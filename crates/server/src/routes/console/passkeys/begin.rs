//! `POST /console/api/passkeys/begin`

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
        Access::Console(Right::OPERATOR.fresh()),
        Tag::Accounts,
        "beginAddingPasskey",
        "Begin to add a passkey",
        "Answers what the browser is to make it with.",
    )
    .answers::<wire::Creation>(
        200,
        "What to make a passkey with.",
        json!({ "options": example::creation_options() }),
    )
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    Origin(origin): Origin,
) -> Result<NoStore<Json<wire::Creation>>, ApiError> {
    let options = app.passgate.begin_adding_passkey(&operator, &origin).await?;
    Ok(NoStore(Json(wire::Creation { options: raw(&options)? })))
}
