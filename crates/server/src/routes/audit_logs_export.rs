//! `GET /{tenant_id}/audit_logs/export` and, for operators, `GET /tenants/{tenant_id}/audit_logs/export`

use std::ops::ControlFlow;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use passgate_core::audit::AuditRow;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
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

/// How many rows go out at once: a peer that reads slowly makes the database wait, not memory grow.
const ROWS_AT_ONCE: usize = 256;

pub(crate) fn description() -> Description {
    exported(Description::new(
        Access::Key,
        Tag::AuditLog,
        "exportAuditLogs",
        "Export the audit log",
        "Every row that satisfies every filter, the oldest first, as a line of JSON each. All of one moment.",
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
    let filter = filter(query)?;
    let (rows, received) = mpsc::channel(4);
    let mut lines = Lines { tenant_id, waiting: Vec::new(), count: 0, rows: rows.clone() };
    tokio::spawn(async move {
        let exported = app.passgate.export_audit_log(tenant_id, filter, move |row| lines.push(row)).await;
        if let Err(error) = exported {
            tracing::error!(%error, "an export of the audit log was cut off");
            // The answer has begun, so all that can be said is that it ends too early.
            let _ = rows.send(Err(std::io::Error::other("the export was cut off"))).await;
        }
    });
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit-log.jsonl\""),
    ];
    Ok(NoStore((headers, Body::from_stream(ReceiverStream::new(received)))))
}

type Chunk = Result<Bytes, std::io::Error>;

/// Rows on their way out. What is left goes out when this is dropped, which is when there are no more.
struct Lines {
    tenant_id: TenantId,
    waiting: Vec<u8>,
    count: usize,
    rows: mpsc::Sender<Chunk>,
}

impl Lines {
    fn push(&mut self, row: AuditRow) -> ControlFlow<()> {
        let row = to_wire(self.tenant_id, row);
        // Into memory, and all of a row's members are JSON.
        serde_json::to_writer(&mut self.waiting, &row).expect("a row of the audit log is JSON");
        self.waiting.push(b'\n');
        self.count += 1;
        if self.count < ROWS_AT_ONCE { ControlFlow::Continue(()) } else { self.send() }
    }

    /// Waits until there is room, on a thread that may wait; breaks off when nobody reads any more.
    fn send(&mut self) -> ControlFlow<()> {
        self.count = 0;
        match self.rows.blocking_send(Ok(std::mem::take(&mut self.waiting).into())) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.waiting.is_empty() {
            let _ = self.send();
        }
    }
}
