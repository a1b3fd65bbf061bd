//! `GET /console/api/session`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;

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
        "getSession",
        "Get the own session",
        "With its operator.",
    )
    .answers::<wire::Session>(200, "The session.", example::console_session())
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(session, operator): OfOperator,
) -> Result<NoStore<Json<wire::Session>>, ApiError> {
    Ok(NoStore(Json(account::session(&app, &session, operator).await?)))
}
