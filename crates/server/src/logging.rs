//! Log lines: pretty on a terminal, JSON otherwise, on standard error either way. A line that is written while a request
//! is served names it.

use std::fmt;
use std::io::{IsTerminal, stderr};

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, field};

use crate::request::{Served, served};
use crate::settings::{LogFormat, SettingsError};
use crate::tracing_export::{Exporter, TraceSettings};

/// Installs the process's log, and the export of traces if there is one.
pub(crate) fn install(
    format: LogFormat,
    level: &str,
    traces: Option<&TraceSettings>,
) -> Result<Option<Exporter>, SettingsError> {
    let filter = EnvFilter::builder()
        .parse(level)
        .map_err(|error| SettingsError::Invalid { key: "log_level", message: error.to_string() })?;
    let exporter = traces
        .map(Exporter::new)
        .transpose()
        .map_err(|error| SettingsError::Invalid { key: "otlp_endpoint", message: error.to_string() })?;
    // A second install, as in tests, keeps the first.
    let _ = subscriber(format, filter, exporter.as_ref()).try_init();
    Ok(exporter)
}

/// Spans are for traces alone: where nobody exports any, each is refused at a glance.
fn subscriber(
    format: LogFormat,
    filter: EnvFilter,
    exporter: Option<&Exporter>,
) -> impl Subscriber + Send + Sync {
    let events = filter.and(filter_fn(is_event));
    let json = match format {
        LogFormat::Auto => !stderr().is_terminal(),
        LogFormat::Pretty => false,
        LogFormat::Json => true,
    };
    let lines = tracing_subscriber::fmt::layer::<Registry>().with_writer(stderr);
    let lines = if json {
        lines.event_format(JsonLines).with_filter(events).boxed()
    } else {
        lines
            .with_ansi(stderr().is_terminal())
            .with_target(false)
            .fmt_fields(WithRequest(DefaultFields::new()))
            .with_filter(events)
            .boxed()
    };
    // A list: an optional layer would count as one that wants everything.
    let layers: Vec<_> =
        [lines].into_iter().chain(exporter.map(|exporter| exporter.layer().boxed())).collect();
    tracing_subscriber::registry().with(layers)
}

fn is_event(metadata: &Metadata<'_>) -> bool {
    metadata.is_event()
}

/// One JSON object a line: when, how bad, what happened, to what, where in the program, and in which request.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = JsonFields(Map::new());
        let now = OffsetDateTime::now_utc().format(&Rfc3339).map_err(|_| fmt::Error)?;
        fields.0.insert("timestamp".to_owned(), now.into());
        fields.0.insert("level".to_owned(), event.metadata().level().as_str().into());
        event.record(&mut fields);
        fields.0.insert("target".to_owned(), event.metadata().target().into());
        served(|Served { id, method, route }| {
            fields.0.insert("request_id".to_owned(), id.to_string().into());
            fields.0.insert("method".to_owned(), method.as_str().into());
            fields.0.insert("route".to_owned(), route.into());
        });
        writeln!(writer, "{}", Value::Object(fields.0))
    }
}

struct JsonFields(Map<String, Value>);

impl JsonFields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for JsonFields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, format!("{value:?}"));
    }
}

/// Fields for people, with the request at the end.
struct WithRequest(DefaultFields);

impl<'writer> FormatFields<'writer> for WithRequest {
    fn format_fields<R: field::RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        self.0.format_fields(writer.by_ref(), fields)?;
        served(|Served { id, method, route }| {
            write!(writer, " request_id={id} method={method} route={route}")
        })
        .unwrap_or(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_refused_where_nobody_exports_them() {
        let traces = TraceSettings { endpoint: "http://127.0.0.1:9".to_owned(), ratio: 1.0 };
        let exporter = Exporter::new(&traces).unwrap();
        for (exporter, disabled) in [(None, true), (Some(&exporter), false)] {
            let subscriber = subscriber(LogFormat::Json, EnvFilter::new("info"), exporter);
            tracing::subscriber::with_default(subscriber, || {
                assert_eq!(
                    tracing::info_span!(target: "passgate::request", "request").is_disabled(),
                    disabled
                );
                assert!(tracing::info_span!(target: "hyper", "of another crate").is_disabled());
            });
        }
    }
}
