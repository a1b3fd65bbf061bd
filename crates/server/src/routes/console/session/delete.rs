//! `DELETE /console/api/session`

use axum::extract::State;
use passgate_core::store::Store;

use crate::app::App;
use crate::console::{OfOperator, Right, SessionEnded};
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "signOut",
        "Sign out",
        "Ends the own session and removes its cookie.",
    )
    .answers_nothing("The session has ended.")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(session, operator): OfOperator,
) -> Result<SessionEnded, ApiError> {
    // One that is gone has ended, too.
    app.passgate.end_console_session(operator.id, session.id).await?;
    Ok(SessionEnded)
}
