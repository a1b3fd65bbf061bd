//! `GET /console/api/environments/{tenant_id}/audit-log/live`

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use passgate_core::audit::{AuditFilter, AuditPlace, AuditRow};
use passgate_core::clock::Timestamp;
use passgate_core::ids::{AuditId, TenantId};
use passgate_core::store::{Store, StoreError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use uuid::Uuid;

use super::{filter, filters};
use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};
use crate::pagination::ListQuery;
use crate::routes::admin::TenantPath;
use crate::routes::audit_logs::to_wire;
use crate::routes::console::place;

/// How often new rows are looked for.
const INTERVAL: Duration = Duration::from_secs(1);

/// How late a row may come after a later one: another process's clock is a little behind, or its commit took a while.
const LATE: Duration = Duration::from_secs(5);

/// How long one answer lasts. Browsers ask again by themselves, and are held to their rights again.
const LIFETIME: Duration = Duration::from_mins(5);

/// How long nothing is said, at most: proxies drop what is silent.
const SILENCE: Duration = Duration::from_secs(15);

/// How many rows are read at once.
const ROWS_AT_ONCE: u32 = 200;

pub(crate) fn description() -> Description {
    filters(Description::new(
        Access::Console(Right::VIEWER),
        Tag::Environments,
        "watchAuditLog",
        "Watch the audit log",
        "Server-sent events: `row`, with a row as in the list, and an id. From now on, or from where `Last-Event-ID` says. It \
         ends after five minutes; browsers ask again by themselves.",
    ))
    .answers_text("The rows as they come.", "text/event-stream")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(tenant_id): TenantPath,
    headers: HeaderMap,
    query: ListQuery,
) -> Result<impl IntoResponse, ApiError> {
    let filter = filter(&query)?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let seen = match last {
        Some(word) => Seen::from(place::parse(word, "Last-Event-ID")?),
        None => Seen { at: app.passgate.now(), rows: BTreeMap::new() },
    };
    let (events, received) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut stopping = app.stopping.clone();
        tokio::select! {
            result = watch(&app, tenant_id, filter, seen, &events) => {
                if let Err(error) = result {
                    tracing::error!(%error, "somebody's view of an audit log was cut off");
                }
            }
            _ = stopping.wait_for(|stopping| *stopping) => {}
            () = tokio::time::sleep(LIFETIME) => {}
            () = events.closed() => {}
        }
    });
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(ReceiverStream::new(received))))
}

/// What was told of the last seconds: a row that comes late is told once, and so is every other.
struct Seen {
    at: Timestamp,
    rows: BTreeMap<AuditId, Timestamp>,
}

impl From<(Timestamp, AuditId)> for Seen {
    fn from((at, id): (Timestamp, AuditId)) -> Self {
        Self { at, rows: BTreeMap::from([(id, at)]) }
    }
}

impl Seen {
    /// Whether a row is new; it is not any more.
    fn takes(&mut self, row: &AuditRow) -> bool {
        self.at = self.at.max(row.at);
        self.rows.insert(row.id, row.at).is_none()
    }

    /// All rows up to now were looked at, whether they were of those asked for or not: none is looked at for ever. A clock
    /// that is behind gets as long again.
    fn all_until(&mut self, now: Timestamp) {
        self.at = self.at.max(now - LATE);
    }

    /// From where on rows are looked for.
    fn floor(&mut self) -> AuditPlace {
        self.forget();
        AuditPlace { at: self.at - LATE, id: AuditId::new(Uuid::nil()) }
    }

    /// Forgets what will not be looked at again.
    fn forget(&mut self) {
        let floor = self.at - LATE;
        self.rows.retain(|_, at| *at >= floor);
    }
}

async fn watch<S: Store>(
    app: &App<S>,
    tenant_id: TenantId,
    filter: AuditFilter,
    mut seen: Seen,
    events: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), StoreError> {
    // What was there before somebody began to watch is no news.
    let begun = seen.at;
    let is_resumed = !seen.rows.is_empty();
    let mut silent_for = SILENCE;
    loop {
        let now = app.passgate.now();
        let mut place = seen.floor();
        let mut is_silent = true;
        loop {
            let mut text = String::new();
            let rows =
                app.passgate.audit_log_behind(tenant_id, filter.clone(), Some(place), ROWS_AT_ONCE).await?;
            let count = rows.len();
            if let Some(last) = rows.last() {
                place = AuditPlace { at: last.at, id: last.id };
            }
            for row in rows {
                if seen.takes(&row) && (is_resumed || row.at >= begun) {
                    push(&mut text, tenant_id, row);
                }
            }
            seen.forget();
            // Whoever was away for long is told of much, and no faster than it is read.
            if !text.is_empty() {
                is_silent = false;
                if events.send(Ok(text.into())).await.is_err() {
                    return Ok(());
                }
            }
            if count < ROWS_AT_ONCE as usize {
                break;
            }
        }
        seen.all_until(now);
        if is_silent {
            silent_for += INTERVAL;
        } else {
            silent_for = Duration::ZERO;
        }
        if silent_for > SILENCE {
            silent_for = Duration::ZERO;
            if events.send(Ok(": nothing new\n\n".into())).await.is_err() {
                return Ok(());
            }
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

fn push(text: &mut String, tenant_id: TenantId, row: AuditRow) {
    let id = place::write(row.at, row.id);
    // All of a row's members are JSON, which has no line breaks of its own.
    let data = serde_json::to_string(&to_wire(tenant_id, row)).unwrap_or_default();
    text.push_str("event: row\nid: ");
    text.push_str(&id);
    text.push_str("\ndata: ");
    text.push_str(&data);
    text.push_str("\n\n");
}
