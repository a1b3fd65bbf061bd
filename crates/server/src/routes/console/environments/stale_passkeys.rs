//! `GET /console/api/environments/{tenant_id}/stale-passkeys`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::console::UsePlace;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::text_at_most;
use crate::openapi::{Access, Description, Tag, example};
use crate::pagination::ListQuery;
use crate::routes::admin::TenantPath;
use crate::routes::console::place;
use crate::routes::credentials::{Icon, to_wire};
use std::time::Duration;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Insights,
        "listStalePasskeys",
        "List stale passkeys",
        "Those that nobody used for so many days, the longest unused first by the week of their last use.",
    )
    .query("unused_days", "For how many days, 1 to 3650. Default: 90.", text_at_most(4, "90"))
    .query("after", "Where to go on: what the page before gave as next.", text_at_most(1400, ""))
    .query("limit", "How many, 1 to 200. Default: 50.", text_at_most(3, "50"))
    .answers::<wire::StalePasskeys>(200, "The passkeys.", json!({ "passkeys": [example::credential()] }))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    query: ListQuery,
) -> Result<NoStore<Json<wire::StalePasskeys>>, ApiError> {
    let limit = place::limit(&query)?;
    let days: u64 = match query.value("unused_days")? {
        None => 90,
        Some(text) => text
            .parse()
            .ok()
            .filter(|days| (1..=3650).contains(days))
            .ok_or_else(|| ApiError::validation("unused_days: must be a number from 1 to 3650"))?,
    };
    let behind = place::read(&query, "after")?.map(|(at, id)| UsePlace { at, id });
    let since = app.passgate.now() - Duration::from_hours(24 * days);
    let mut found = app.passgate.unused_credentials(id, since, behind, limit).await?;
    let next = found
        .last()
        .filter(|_| found.len() == limit as usize)
        .map(|last| place::write(last.last_used_at, &last.id));
    // Weeks come in their order, and so do now those of one week that are on one page.
    found.sort_by_key(|credential| credential.last_used_at);
    let metadata = app.passgate.metadata();
    let passkeys =
        found.into_iter().map(|found| to_wire(found, metadata.as_deref(), Icon::LeftOut)).collect();
    Ok(NoStore(Json(wire::StalePasskeys { passkeys, next })))
}
