//! `DELETE /console/api/passkeys/{credential_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::store::Store;

use super::PasskeyPath;
use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::Origin;
use crate::openapi::{Access, Description, Tag, credential_id};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR.fresh()),
        Tag::Accounts,
        "removePasskey",
        "Remove a passkey",
        "One of the operator's own; not the last one, unless there are recovery codes. The operator's other sessions end.",
    )
    .path("credential_id", "The credential id, base64url.", credential_id())
    .answers_nothing("It is gone.")
    .refuses(404, &[ErrorCode::CREDENTIAL_NOT_FOUND])
    .refuses(409, &[ErrorCode::LAST_PASSKEY, ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(session, _): OfOperator,
    PasskeyPath(id): PasskeyPath,
    Origin(origin): Origin,
) -> Result<StatusCode, ApiError> {
    app.passgate.remove_operator_passkey(&session, id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
