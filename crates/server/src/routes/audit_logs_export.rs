//! `GET /{tenant_id}/audit_logs/export` and, for operators, `GET /tenants/{tenant_id}/audit_logs/export`

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use passgate_core::audit::{AuditFilter, AuditPlace, AuditRow};
use passgate_core::ids::TenantId;
use passgate_core::passgate::Passgate;
use passgate_core::store::{Store, StoreError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Keyed;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};
use crate::pagination::ListQuery;
use crate::routes::admin::{TenantPath, tenant_not_found};
use crate::routes::audit_logs::{filter, filters, to_wire};

/// How many rows are read and go out at once: a few of these are in memory, however slowly the peer reads.
const ROWS_AT_ONCE: u32 = 256;

/// What the log tells one time from another by.
const MOMENT: Duration = Duration::from_millis(1);

pub(crate) fn description() -> Description {
    exported(Description::new(
        Access::Key,
        Tag::AuditLog,
        "exportAuditLogs",
        "Export the audit log",
        "Every row that satisfies every filter, the oldest first, as a line of JSON each, up to the moment of the request.",
    ))
}

pub(crate) fn admin_description() -> Description {
    exported(Description::new(
        Access::Token,
        Tag::AuditLog,
        "exportAuditLogs",
        "Export a tenant's audit log",
        "What the tenant itself sees of it, with the same filters, as a line of JSON for each row.",
    ))
}

fn exported(description: Description) -> Description {
    filters(description).answers_text("The rows, each as in a list of them.", "application/x-ndjson")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    query: ListQuery,
) -> Result<impl IntoResponse, ApiError> {
    export(app, tenant.id, &query)
}

pub(crate) async fn admin_handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(tenant_id): TenantPath,
    query: ListQuery,
) -> Result<impl IntoResponse, ApiError> {
    app.passgate.find_tenant(tenant_id).await?.ok_or_else(tenant_not_found)?;
    export(app, tenant_id, &query)
}

fn export<S: Store>(
    app: App<S>,
    tenant_id: TenantId,
    query: &ListQuery,
) -> Result<impl IntoResponse + use<S>, ApiError> {
    let mut filter = filter(query)?;
    // Or else an export of a log that grows faster than its peer reads would not end.
    let end = app.passgate.now() + MOMENT;
    filter.before = Some(filter.before.map_or(end, |before| before.min(end)));
    let (lines, received) = mpsc::channel(1);
    tokio::spawn(async move {
        if let Err(error) = send_rows(&app.passgate, tenant_id, filter, &lines).await {
            tracing::error!(%error, "an export of the audit log was cut off");
            // The answer has begun, so all that can be said is that it ends too early.
            let _ = lines.send(Err(io::Error::other("the export was cut off"))).await;
        }
    });
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit-log.jsonl\""),
    ];
    Ok(NoStore((headers, Body::from_stream(ReceiverStream::new(received)))))
}

/// Sends one batch after another, until there are no more rows or nobody reads any more. Between two of them it holds
/// nothing of the database: a peer that reads slowly, or not at all, keeps nobody else from it.
async fn send_rows<S: Store>(
    passgate: &Passgate<S>,
    tenant_id: TenantId,
    filter: AuditFilter,
    lines: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), StoreError> {
    let mut place = None;
    loop {
        let rows = passgate.audit_log_behind(tenant_id, filter.clone(), place, ROWS_AT_ONCE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        place = Some(AuditPlace { at: last.at, id: last.id });
        if lines.send(Ok(to_lines(tenant_id, rows))).await.is_err() {
            return Ok(());
        }
    }
}

fn to_lines(tenant_id: TenantId, rows: Vec<AuditRow>) -> Bytes {
    let mut lines = Vec::new();
    for row in rows {
        // Into memory, and all of a row's members are JSON.
        serde_json::to_writer(&mut lines, &to_wire(tenant_id, row)).expect("a row of the audit log is JSON");
        lines.push(b'\n');
    }
    lines.into()
}
