//! `GET /console/api/sessions`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};
use crate::routes::console::account;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "listSessions",
        "List the own sessions",
        "Those that hold, the latest used first.",
    )
    .answers_list::<wire::SessionInfo>(
        "The sessions.",
        json!([{
            "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
            "current": true,
            "via": "passkey",
            "created_at": "2027-01-15T08:00:00Z",
            "last_used_at": "2027-01-15T08:30:00Z",
            "expires_at": "2027-01-15T20:30:00Z",
            "source_ip": "192.0.2.7",
            "device": "Chrome on macOS",
        }]),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(current, operator): OfOperator,
) -> Result<NoStore<Json<Vec<wire::SessionInfo>>>, ApiError> {
    let sessions = app.passgate.console_sessions(operator.id).await?;
    let sessions = sessions.into_iter().map(|session| {
        let is_current = session.id == current.id;
        // What was used just now may not be written yet.
        let session = if is_current { current.clone() } else { session };
        wire::SessionInfo {
            id: *session.id.as_uuid(),
            current: is_current,
            via: account::via(session.via),
            created_at: session.created_at.to_date_time(),
            last_used_at: session.used_at.to_date_time(),
            expires_at: session.ends_at().to_date_time(),
            device: account::device(&session.user_agent),
            source_ip: session.source_ip,
        }
    });
    Ok(NoStore(Json(sessions.collect())))
}
