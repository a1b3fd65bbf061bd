//! `GET /console/api/environments/{tenant_id}/deleted-attempts`

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::clock::Timestamp;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};
use crate::request::to_its_end;
use crate::routes::admin::TenantPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Insights,
        "getDeletedAttempts",
        "Get attempts with deleted passkeys",
        "Devices that still offer a passkey that was deleted here: how often within ninety days, and when last, to the minute.",
    )
    .answers::<wire::DeletedAttempts>(
        200,
        "The attempts.",
        json!({ "code": "credential_revoked", "count": 3, "last_at": "2027-01-15T08:00:00Z" }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<NoStore<Json<wire::DeletedAttempts>>, ApiError> {
    let passgate = Arc::clone(&app.passgate);
    // It writes what was counted of all tenants, which a viewer who leaves is not to lose.
    let counted = async move { passgate.failures(id, CODE, passgate.now() - COUNTED).await };
    let (count, last) = to_its_end(counted).await.map_err(ApiError::internal)??;
    let last_at = last.map(Timestamp::to_date_time);
    Ok(NoStore(Json(wire::DeletedAttempts { code: CODE.to_owned(), count, last_at })))
}

/// What a login with a deleted credential is told.
const CODE: &str = "credential_revoked";

/// How far back attempts are counted.
const COUNTED: Duration = Duration::from_hours(24 * 90);
