//! `GET /metrics` on the admin listener.

use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use passgate_core::store::Store;
use prometheus_client::encoding::prometheus_text::CONTENT_TYPE as PROMETHEUS_TEXT;

use crate::app::App;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::Health,
        "getMetrics",
        "Get the metrics",
        "Counts of this process since its start, in the text format that Prometheus reads: ceremonies by outcome and code, \
         latencies, the store's queue, caches, rate limits. No tenant and no person is named.",
    )
    .answers_text("The metrics.", "text/plain")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
) -> ([(HeaderName, &'static str); 1], String) {
    ([(CONTENT_TYPE, PROMETHEUS_TEXT)], app.metrics.text(&app.passgate))
}
