//! `GET /console/api/environments/{tenant_id}/deleted-attempts`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::clock::Timestamp;
use passgate_core::console::Range;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};
use crate::routes::admin::TenantPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Insights,
        "getDeletedAttempts",
        "Get attempts with deleted passkeys",
        "Devices that still offer a passkey that was deleted here: how often within ninety days, and on which day last.",
    )
    .answers::<wire::DeletedAttempts>(
        200,
        "The attempts.",
        json!({ "code": "credential_revoked", "count": 3, "last_at": "2027-01-15T00:00:00Z" }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<NoStore<Json<wire::DeletedAttempts>>, ApiError> {
    let to = app.passgate.now().as_millis().div_euclid(60_000) + 1;
    let range = Range { from: to - DAYS * 1_440, to, offset: 0 };
    let days = app.passgate.insights(id, range).await?.days;
    let of_deleted: Vec<_> = days.iter().filter(|day| day.what.code == CODE).collect();
    Ok(NoStore(Json(wire::DeletedAttempts {
        code: CODE.to_owned(),
        count: of_deleted.iter().map(|day| day.count).sum(),
        last_at: of_deleted
            .iter()
            .map(|day| day.day)
            .max()
            .map(|day| Timestamp::from_millis(day * 86_400_000).to_date_time()),
    })))
}

/// What a login with a deleted credential is told.
const CODE: &str = "credential_revoked";

/// How far back attempts are counted.
const DAYS: i64 = 90;
