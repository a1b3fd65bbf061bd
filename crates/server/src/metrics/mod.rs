//! What `/metrics` tells: counted where it happens ([`Metrics`]), or asked for when somebody looks (`figures.rs`).
//!
//! No label takes values that strangers choose: routes are patterns, codes and ceremonies are ours, and no tenant is
//! named, since there may be a hundred thousand.

mod figures;
mod labels;

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use axum::response::Response;
use passgate_api::ErrorCode;
use passgate_core::passgate::Passgate;
use passgate_core::store::Store;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use self::figures::Figures;
use self::labels::{CeremonyOutcome, Limited, Served};
use crate::rate_limit::Limit;
use crate::request::Route;

/// The upper bounds of the latencies' buckets, in seconds: a login takes about one millisecond, a time-out ten seconds.
const LATENCIES: [f64; 14] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The code of a failure, which its response carries beside its body.
#[derive(Debug, Clone)]
pub(crate) struct FailureCode(pub(crate) ErrorCode);

/// What a process counts.
#[derive(Debug)]
pub struct Metrics {
    ceremonies: Family<CeremonyOutcome, Counter>,
    served: Family<Served, Histogram, fn() -> Histogram>,
    rate_limited: Family<Limited, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            ceremonies: Family::default(),
            served: Family::new_with_constructor(|| Histogram::new(LATENCIES)),
            rate_limited: Family::default(),
        }
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn count(&self, method: Method, route: Option<Route>, response: &Response, took: Duration) {
        let status = response.status().as_u16();
        // A preflight is a browser's, and no ceremony.
        let posted = route.as_ref().filter(|_| method == Method::POST);
        if let Some(half) = posted.and_then(Route::half) {
            let code = response.extensions().get::<FailureCode>().map(|FailureCode(code)| code.clone());
            self.ceremonies.get_or_create(&CeremonyOutcome::new(half, status, code)).inc();
        }
        let served = Served::new(method, route, status);
        self.served.get_or_create(&served).observe(took.as_secs_f64());
    }

    /// A request was refused because there were too many.
    pub(crate) fn count_rate_limited(&self, limit: Limit) {
        self.rate_limited.get_or_create(&Limited::by(limit)).inc();
    }

    /// All of it, as Prometheus reads it.
    pub(crate) fn text<S: Store>(&self, passgate: &Arc<Passgate<S>>) -> String {
        let mut registry = Registry::with_prefix("passgate");
        registry.register(
            "ceremonies",
            "Ceremonies that began or ended, by how, and by the code of what was refused",
            self.ceremonies.clone(),
        );
        registry.register(
            "http_request_duration_seconds",
            "How long requests took, from their first line to the head of the answer",
            self.served.clone(),
        );
        registry.register(
            "rate_limited",
            "Requests of strangers that were refused because there were too many",
            self.rate_limited.clone(),
        );
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "What runs", version);
        registry.register_collector(Box::new(Figures(Arc::clone(passgate))));
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = prometheus_text::encode(&mut text, &registry);
        text
    }
}
