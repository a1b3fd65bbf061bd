//! `DELETE /console/api/sessions/{session_id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, uuid};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "endSession",
        "End a session",
        "One of the operator's own.",
    )
    .path("session_id", "The session's id.", uuid("5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11"))
    .answers_nothing("The session has ended.")
    .refuses(404, &[ErrorCode::SESSION_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let not_found =
        || ApiError::not_found(ErrorCode::SESSION_NOT_FOUND, "you have no such session, or it has ended");
    let id = id.parse().map_err(|_| not_found())?;
    match app.passgate.end_console_session(operator.id, id).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(not_found()),
    }
}
