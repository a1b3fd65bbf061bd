//! OpenTelemetry: what became of requests, sent to whoever collects traces.
//!
//! Where no endpoint is configured, nobody is interested in spans, and one costs a look at a flag.

use axum::http::HeaderMap;
use opentelemetry::KeyValue;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

/// What is exported, and where to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TraceSettings {
    /// The collector, without the path: OTLP over HTTP appends `/v1/traces`.
    pub(crate) endpoint: String,
    /// Which part of traces: 0 to 1.
    pub(crate) ratio: f64,
}

/// Sends traces in the background until it is shut down.
#[derive(Debug)]
pub(crate) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// Does not connect yet.
    pub(crate) fn new(settings: &TraceSettings) -> Result<Self, ExporterBuildError> {
        // Headers, such as a hosted collector's key, are read from OTEL_EXPORTER_OTLP_HEADERS.
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", settings.endpoint))
            .build()?;
        let resource = Resource::builder()
            .with_service_name("passgate")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            // By the trace's id alone: whether a caller's trace is kept is not the caller's to decide.
            .with_sampler(Sampler::TraceIdRatioBased(settings.ratio))
            .build();
        Ok(Self(provider))
    }

    /// What turns this process's own spans into traces. Others' are left out: the exporter itself makes requests.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("passgate"))
            .with_filter(Targets::new().with_target("passgate", Level::INFO))
    }

    /// Sends what is left. Blocks for as long as that takes, some seconds at most.
    pub(crate) fn shut_down(&self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// Makes a request's span part of the trace that its caller names (W3C Trace Context, section 3.2), if it is exported and
/// names one.
pub(crate) fn continue_trace(span: &Span, headers: &HeaderMap) {
    if !span.is_disabled() && headers.contains_key("traceparent") {
        // Fails where no layer exports the span.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
