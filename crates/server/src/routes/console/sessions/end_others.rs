//! `DELETE /console/api/sessions`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "endOtherSessions",
        "End all other sessions",
        "All of the operator's own but the one that asks.",
    )
    .answers::<wire::SessionsEnded>(200, "They have ended.", json!({ "ended": 2 }))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(session, operator): OfOperator,
) -> Result<Json<wire::SessionsEnded>, ApiError> {
    let ended = app.passgate.end_other_console_sessions(operator.id, session.id).await?;
    Ok(Json(wire::SessionsEnded { ended }))
}
