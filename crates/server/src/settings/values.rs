//! What values mean, and which make no sense.

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use passgate_core::console::{ConsolePlace, SignUpAllowed};
use passgate_postgres_connection::{InvalidUrl, PostgresUrl};

use super::layer::SignUp;
use super::{DatabaseLocation, SettingsError};
use crate::console::ConsoleSettings;
use crate::metadata::{MetadataSettings, MetadataSource};
use crate::tracing_export::TraceSettings;

pub(super) fn parse_database_url(url: &str) -> Result<DatabaseLocation, SettingsError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        // sqlite:///absolute and sqlite://relative are written as often as sqlite:path.
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path == ":memory:" {
            return invalid("database_url", "name a file: sqlite:<path>");
        }
        return Ok(DatabaseLocation::Sqlite(path.into()));
    }
    // None says the URL itself, or a part of it: it may hold a password.
    match PostgresUrl::parse(url) {
        Ok(url) => Ok(DatabaseLocation::Postgres(Box::new(url))),
        Err(InvalidUrl::Scheme) => {
            invalid("database_url", "must be sqlite:<path> or postgresql://user@host/database")
        }
        Err(error @ (InvalidUrl::SslMode | InvalidUrl::RootCertificates)) => {
            invalid("database_url", &error.to_string())
        }
        Err(InvalidUrl::Malformed(_)) => invalid(
            "database_url",
            "can't be read: special characters of user and password must be percent-encoded, and parameters be \
             libpq's",
        ),
    }
}

pub(super) fn http_url(key: &'static str, text: &str) -> Result<String, SettingsError> {
    match url::Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none() =>
        {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => invalid(key, "must be an http or https URL without query, fragment and credentials"),
    }
}

pub(super) fn console(
    url: Option<String>,
    sign_up: Option<SignUp>,
    admin_listen: SocketAddr,
) -> Result<ConsoleSettings, SettingsError> {
    let url = url.unwrap_or_else(|| format!("http://localhost:{}", admin_listen.port()));
    let sign_up = match sign_up.unwrap_or(SignUp::Invitation) {
        SignUp::Invitation => SignUpAllowed::ByInvitation,
        SignUp::Open => SignUpAllowed::ToAnybody,
    };
    match ConsolePlace::parse(&url) {
        Ok(place) => Ok(ConsoleSettings { place, sign_up }),
        Err(error) => invalid("console_url", &error.to_string()),
    }
}

/// The URL by which this machine reaches what listens on `address`.
pub(super) fn local_url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    format!("http://{address}")
}

pub(super) fn connections(given: Option<u64>) -> Result<NonZeroUsize, SettingsError> {
    match usize::try_from(given.unwrap_or(16)).ok().and_then(NonZeroUsize::new) {
        // One reads the version while the other is at work.
        Some(count) if (2..=10_000).contains(&count.get()) => Ok(count),
        _ => invalid("database_connections", "must be 2 to 10000"),
    }
}

pub(super) fn rate(key: &'static str, given: Option<u64>, default: u32) -> Result<NonZeroU32, SettingsError> {
    let rate = given.map_or(Some(default), |rate| u32::try_from(rate).ok()).and_then(NonZeroU32::new);
    match rate {
        Some(rate) if rate.get() <= 1_000_000 => Ok(rate),
        _ => invalid(key, "must be 1 to 1000000 requests a second; rate_limits = off switches them off"),
    }
}

pub(super) fn metadata(
    source: Option<&str>,
    root: Option<PathBuf>,
) -> Result<Option<MetadataSettings>, SettingsError> {
    let source = match source.map(MetadataSource::parse) {
        None => None,
        Some(Ok(source)) => Some(source),
        Some(Err(error)) => return invalid("metadata_blob", &error.to_string()),
    };
    match (source, root) {
        (None, None) => Ok(None),
        (source, Some(root)) => Ok(Some(MetadataSettings { root, source })),
        (Some(_), None) => invalid(
            "metadata_root",
            "must be set with metadata_blob: a list is believed only if its signer leads to a known root",
        ),
    }
}

pub(super) fn traces(
    endpoint: Option<&str>,
    percent: Option<u64>,
) -> Result<Option<TraceSettings>, SettingsError> {
    let ratio = match percent.unwrap_or(100) {
        percent @ 0..=100 => f64::from(u8::try_from(percent).unwrap_or(100)) / 100.0,
        _ => return invalid("trace_percent", "must be 0 to 100"),
    };
    let endpoint = endpoint.map(|endpoint| http_url("otlp_endpoint", endpoint)).transpose()?;
    Ok(endpoint.map(|endpoint| TraceSettings { endpoint, ratio }))
}

pub(super) fn parse_networks(key: &'static str, text: &str) -> Result<Vec<IpNet>, SettingsError> {
    let networks = text.split(',').map(str::trim).filter(|network| !network.is_empty());
    let parse = |network: &str| match network.parse::<IpNet>() {
        Ok(network) => Ok(network),
        // A single address is a network of one.
        Err(_) => network.parse::<IpAddr>().map(IpNet::from),
    };
    match networks.map(parse).collect() {
        Ok(networks) => Ok(networks),
        Err(_) => invalid(key, "must be addresses or networks, such as 10.0.0.0/8, separated by commas"),
    }
}

pub(super) fn seconds(
    key: &'static str,
    given: Option<u64>,
    default: u64,
) -> Result<Duration, SettingsError> {
    match given.unwrap_or(default) {
        seconds @ 1..=3600 => Ok(Duration::from_secs(seconds)),
        _ => invalid(key, "must be 1 to 3600 seconds"),
    }
}

pub(super) fn invalid<T>(key: &'static str, message: &str) -> Result<T, SettingsError> {
    Err(SettingsError::Invalid { key, message: message.to_owned() })
}
