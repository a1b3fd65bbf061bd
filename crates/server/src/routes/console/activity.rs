//! `GET /console/api/activity`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::Activity;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};
use crate::routes::console::account::device;

/// How many rows there are at most.
const LIMIT: u32 = 100;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "listActivity",
        "List what happened in the own account",
        "Sign-ins, passkeys, recovery: the last hundred, newest first.",
    )
    .answers_list::<wire::Activity>(
        "What happened.",
        json!([{
            "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
            "type": "console_recovery_code_used",
            "at": "2027-01-15T08:00:00Z",
            "source_ip": "192.0.2.7",
            "device": "Chrome on macOS",
        }]),
    )
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
) -> Result<NoStore<Json<Vec<wire::Activity>>>, ApiError> {
    let (activities, ceremonies) = app.passgate.account_history(operator.id, LIMIT).await?;
    let mut rows: Vec<_> = activities.into_iter().map(of_console).collect();
    rows.extend(ceremonies.into_iter().map(|row| wire::Activity {
        id: *row.id.as_uuid(),
        kind: row.kind.as_str().to_owned(),
        error: row.error,
        at: row.at.to_date_time(),
        source_ip: row.origin.source_ip,
        device: device(&row.origin.user_agent),
        credential_id: row.credential.map(|id| id.to_string()),
    }));
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    rows.truncate(LIMIT as usize);
    Ok(NoStore(Json(rows)))
}

fn of_console(activity: Activity) -> wire::Activity {
    wire::Activity {
        id: *activity.id.as_uuid(),
        kind: activity.kind.as_str().to_owned(),
        error: None,
        at: activity.at.to_date_time(),
        device: device(&activity.origin.user_agent),
        source_ip: activity.origin.source_ip,
        credential_id: None,
    }
}
