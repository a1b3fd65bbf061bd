//! `GET /console/api/environments/{tenant_id}/audit-log`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::audit::AuditPlace;
use passgate_core::store::Store;
use serde_json::json;

use super::{filter, filters};
use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::text_at_most;
use crate::openapi::{Access, Description, Tag, example};
use crate::pagination::ListQuery;
use crate::routes::admin::TenantPath;
use crate::routes::audit_logs::to_wire;
use crate::routes::console::place;

pub(crate) fn description() -> Description {
    filters(Description::new(
        Access::Console(Right::VIEWER),
        Tag::Environments,
        "listAuditLog",
        "List the audit log",
        "Newest first, from a place on. It is not counted, so it is as fast however long it is. Where few rows of a long \
         log are let through, an answer goes through a part of it: it may have few rows or none, and say where to go on.",
    ))
    .query("before", "Where to go on: what the page before gave as next.", text_at_most(64, ""))
    .query("limit", "How many, 1 to 200. Default: 50.", text_at_most(3, "50"))
    .answers::<wire::AuditLogRows>(200, "The rows.", json!({ "rows": [example::audit_log()] }))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    query: ListQuery,
) -> Result<NoStore<Json<wire::AuditLogRows>>, ApiError> {
    let limit = place::limit(&query)?;
    let before = place::read(&query, "before")?.map(|(at, id)| AuditPlace { at, id });
    let found = app.passgate.audit_log_before(id, filter(&query)?, before, limit).await?;
    let next = found.next.map(|place| place::write(place.at, place.id));
    let rows = found.rows.into_iter().map(|row| to_wire(id, row)).collect();
    Ok(NoStore(Json(wire::AuditLogRows { rows, next })))
}
