//! Log lines: pretty on a terminal, JSON otherwise, on standard error either way.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::settings::{LogFormat, SettingsError};

/// Installs the process's log.
pub(crate) fn install(format: LogFormat, level: &str) -> Result<(), SettingsError> {
    let filter = EnvFilter::builder()
        .parse(level)
        .map_err(|error| SettingsError::Invalid { key: "log_level", message: error.to_string() })?;
    let json = match format {
        LogFormat::Auto => !stderr().is_terminal(),
        LogFormat::Pretty => false,
        LogFormat::Json => true,
    };
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_span_events(FmtSpan::NONE).with_writer(stderr);
    // A second install, as in tests, keeps the first.
    let _ = if json {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else {
        builder.with_target(false).with_ansi(stderr().is_terminal()).try_init()
    };
    Ok(())
}
