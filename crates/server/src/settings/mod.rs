//! The configuration: flags, then `PASSGATE_*` environment variables, then a TOML file, then defaults.
//!
//! All three are the same [`Layer`] of optional values, so that a key is written down once. Secrets have no flag:
//! command lines show in process lists.

mod layer;
mod values;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use passgate_api::SecretString;
use passgate_core::console::SignUpAllowed;
use passgate_postgres_connection::PostgresUrl;
use passgate_store::postgres::PostgresOptions;
use passgate_webhooks::{DestinationPolicy, PlainHttp};
use serde::Serialize;

use self::layer::Switch;
pub(crate) use self::layer::{Layer, LogFormat};
use self::values::{
    connections, console, http_url, invalid, local_url, metadata, parse_database_url, parse_networks, rate,
    seconds, traces,
};
use crate::console::ConsoleSettings;
use crate::metadata::MetadataSettings;
use crate::source_address::TrustedProxies;
use crate::tracing_export::TraceSettings;

/// The effective configuration.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where data lives.
    pub(crate) database: DatabaseLocation,
    /// The most connections to PostgreSQL.
    pub(crate) database_connections: NonZeroUsize,
    /// The server secret's file; the file beside an SQLite database unless told otherwise.
    pub(crate) secret_file: Option<PathBuf>,
    /// The server secret itself, instead of its file.
    pub(crate) secret: Option<SecretString>,
    /// Secrets that the current one replaced.
    pub(crate) previous_secrets: Vec<SecretString>,
    /// Where the public API listens.
    pub(crate) public_listen: SocketAddr,
    /// Where the admin API listens.
    pub(crate) admin_listen: SocketAddr,
    /// How apps and browsers reach the public API, without a slash at its end.
    pub(crate) public_url: String,
    /// How the command line reaches a running server, without a slash at its end.
    pub(crate) admin_url: String,
    /// How the console is set up.
    pub(crate) console: ConsoleSettings,
    /// What the command line proves itself with to a running server.
    pub(crate) admin_token: Option<SecretString>,
    /// How log lines look.
    pub(crate) log_format: LogFormat,
    /// What is logged.
    pub(crate) log_level: String,
    /// Which traces are exported where to, if any.
    pub(crate) traces: Option<TraceSettings>,
    /// How long a request may take, body included.
    pub(crate) request_timeout: Duration,
    /// How long a request's headers may take.
    pub(crate) header_timeout: Duration,
    /// How long requests under way may take once the server is told to stop.
    pub(crate) shutdown_timeout: Duration,
    /// The largest request body, in bytes.
    pub(crate) body_limit: usize,
    /// How many connections the public API takes at once.
    pub(crate) max_connections: usize,
    /// Requests a second from an address, and to a tenant; none means without limit.
    pub(crate) rate_limits: Option<(NonZeroU32, NonZeroU32)>,
    /// The proxies whose word on a request's source is believed.
    pub(crate) trusted_proxies: TrustedProxies,
    /// The same, as it was written.
    trusted_proxies_text: String,
    /// Where webhooks may go.
    pub(crate) webhook_destinations: DestinationPolicy,
    /// How the FIDO Metadata Service's list is had; none: not at all.
    pub(crate) metadata: Option<MetadataSettings>,
    /// The rates, whether they are in force or not.
    rates: (NonZeroU32, NonZeroU32),
    /// Where each key's value came from.
    sources: BTreeMap<&'static str, Source>,
}

/// Where data lives.
#[derive(Debug, Clone)]
pub(crate) enum DatabaseLocation {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database. Neither `Debug` nor `Display` says its password.
    Postgres(Box<PostgresUrl>),
}

impl fmt::Display for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// The command line.
    Flag,
    /// A `PASSGATE_*` variable.
    Environment,
    /// The configuration file.
    File,
    /// Nobody said anything.
    Default,
}

/// Why there is no effective configuration. Each names the key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The file can't be read.
    #[error("can't read the configuration file {path}: {error}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is not TOML, has an unknown key, or a value of a wrong type.
    #[error("configuration file {path}: {message}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with the key.
        message: String,
    },
    /// A `PASSGATE_*` variable is unknown or has a wrong value.
    #[error("environment: {0}")]
    Environment(String),
    /// A value makes no sense.
    #[error("{key}: {message}")]
    Invalid {
        /// The key.
        key: &'static str,
        /// What is wrong with its value.
        message: String,
    },
}

/// One line of `passgate config`.
#[derive(Debug, Serialize)]
pub(crate) struct Setting {
    /// The key.
    pub(crate) key: &'static str,
    /// Its value; `(hidden)` for a secret, none if unset.
    pub(crate) value: Option<String>,
    /// Where it came from.
    pub(crate) source: Source,
}

impl Settings {
    /// The effective configuration: `flags`, then the environment, then the file, then defaults.
    pub(crate) fn resolve(
        flags: Layer,
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let environment = Layer::from_environment(environment)?;
        let file = file.map(Layer::from_file).transpose()?.unwrap_or_default();
        let mut sources = BTreeMap::new();
        macro_rules! pick {
            ($key:ident) => {{
                let (value, source) = match (flags.$key, environment.$key, file.$key) {
                    (Some(value), _, _) => (Some(value), Source::Flag),
                    (None, Some(value), _) => (Some(value), Source::Environment),
                    (None, None, Some(value)) => (Some(value), Source::File),
                    (None, None, None) => (None, Source::Default),
                };
                sources.insert(stringify!($key), source);
                value
            }};
        }
        let database =
            parse_database_url(&pick!(database_url).unwrap_or_else(|| "sqlite:passgate.db".into()))?;
        if let DatabaseLocation::Postgres(url) = &database
            && url.has_password()
            && sources.get("database_url") == Some(&Source::Flag)
        {
            return invalid(
                "database_url",
                "a password on a command line is seen by others: name the database in PASSGATE_DATABASE_URL or in the \
                 configuration file",
            );
        }
        let trusted_proxies_text = pick!(trusted_proxies).unwrap_or_default();
        let rates =
            (rate("address_rate", pick!(address_rate), 20)?, rate("tenant_rate", pick!(tenant_rate), 2_000)?);
        let admin_listen = pick!(admin_listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8001)));
        let previous_secrets = pick!(previous_secrets);
        let settings = Self {
            secret_file: pick!(secret_file).or_else(|| match &database {
                DatabaseLocation::Sqlite(path) => {
                    let mut path = path.clone().into_os_string();
                    path.push(".secret");
                    Some(path.into())
                }
                // Every process on it must have the same.
                DatabaseLocation::Postgres(_) => None,
            }),
            database_connections: connections(pick!(database_connections))?,
            database,
            secret: pick!(secret),
            previous_secrets: previous_secrets
                .iter()
                .flat_map(|list| list.expose_secret().split(',').map(str::trim))
                .filter(|secret| !secret.is_empty())
                .map(SecretString::new)
                .collect(),
            public_listen: pick!(public_listen).unwrap_or(SocketAddr::from(([0, 0, 0, 0], 8000))),
            admin_listen,
            public_url: http_url(
                "public_url",
                pick!(public_url).as_deref().unwrap_or("http://localhost:8000"),
            )?,
            admin_url: http_url("admin_url", &pick!(admin_url).unwrap_or_else(|| local_url(admin_listen)))?,
            console: console(pick!(console_url), pick!(console_sign_up), admin_listen)?,
            admin_token: pick!(admin_token),
            log_format: pick!(log_format).unwrap_or(LogFormat::Auto),
            log_level: pick!(log_level).unwrap_or_else(|| "info".into()),
            traces: traces(pick!(otlp_endpoint).as_deref(), pick!(trace_percent))?,
            request_timeout: seconds("request_timeout", pick!(request_timeout), 30)?,
            header_timeout: seconds("header_timeout", pick!(header_timeout), 10)?,
            shutdown_timeout: seconds("shutdown_timeout", pick!(shutdown_timeout), 25)?,
            body_limit: match pick!(body_limit).unwrap_or(65_536) {
                bytes @ 4_096..=16_777_216 => usize::try_from(bytes).unwrap_or(65_536),
                _ => return invalid("body_limit", "must be 4096 to 16777216 bytes"),
            },
            max_connections: match pick!(max_connections).unwrap_or(8_192) {
                count @ 16..=1_000_000 => usize::try_from(count).unwrap_or(8_192),
                _ => return invalid("max_connections", "must be 16 to 1000000"),
            },
            rate_limits: match pick!(rate_limits).unwrap_or(Switch::On) {
                Switch::On => Some(rates),
                Switch::Off => None,
            },
            trusted_proxies: TrustedProxies::new(parse_networks("trusted_proxies", &trusted_proxies_text)?),
            webhook_destinations: DestinationPolicy {
                plain_http: match pick!(webhook_plain_http).unwrap_or(Switch::Off) {
                    Switch::On => PlainHttp::Allowed,
                    Switch::Off => PlainHttp::Refused,
                },
                allowed_networks: parse_networks(
                    "webhook_networks",
                    &pick!(webhook_networks).unwrap_or_default(),
                )?,
                forbidden_networks: parse_networks(
                    "webhook_forbidden_networks",
                    &pick!(webhook_forbidden_networks).unwrap_or_default(),
                )?,
            },
            metadata: metadata(pick!(metadata_blob).as_deref(), pick!(metadata_root))?,
            trusted_proxies_text,
            rates,
            sources: BTreeMap::new(),
        };
        Ok(Self { sources, ..settings })
    }

    /// How to open a PostgreSQL database. Whatever it does ends before a request must.
    #[must_use]
    pub(crate) fn postgres_options(&self, url: &PostgresUrl) -> PostgresOptions {
        let options = PostgresOptions::new(url.clone());
        PostgresOptions {
            connections: self.database_connections,
            time_limit: options.time_limit.min(self.request_timeout / 4),
            ..options
        }
    }

    /// Whether somebody said which server the command line is to talk to.
    #[must_use]
    pub(crate) fn names_server(&self) -> bool {
        self.sources.get("admin_url").is_some_and(|source| *source != Source::Default)
    }

    /// What `passgate config` shows: every key with its value and where it came from, secrets hidden.
    #[must_use]
    pub(crate) fn listing(&self) -> Vec<Setting> {
        let metadata = self.metadata.as_ref();
        let hidden = |set: bool| set.then(|| "(hidden)".to_owned());
        let seconds = |duration: Duration| Some(duration.as_secs().to_string());
        let format = match self.log_format {
            LogFormat::Auto => "auto",
            LogFormat::Pretty => "pretty",
            LogFormat::Json => "json",
        };
        let networks = |networks: &[IpNet]| {
            let texts: Vec<_> = networks.iter().map(ToString::to_string).collect();
            (!texts.is_empty()).then(|| texts.join(","))
        };
        let plain_http = match self.webhook_destinations.plain_http {
            PlainHttp::Allowed => "on",
            PlainHttp::Refused => "off",
        };
        [
            ("database_url", Some(self.database.to_string())),
            ("database_connections", Some(self.database_connections.to_string())),
            ("secret", hidden(self.secret.is_some())),
            ("secret_file", self.secret_file.as_ref().map(|path| path.display().to_string())),
            ("previous_secrets", hidden(!self.previous_secrets.is_empty())),
            ("public_listen", Some(self.public_listen.to_string())),
            ("admin_listen", Some(self.admin_listen.to_string())),
            ("public_url", Some(self.public_url.clone())),
            ("admin_url", Some(self.admin_url.clone())),
            ("console_url", Some(self.console.place.url().to_owned())),
            (
                "console_sign_up",
                Some(
                    match self.console.sign_up {
                        SignUpAllowed::ByInvitation => "invitation",
                        SignUpAllowed::ToAnybody => "open",
                    }
                    .to_owned(),
                ),
            ),
            ("admin_token", hidden(self.admin_token.is_some())),
            ("log_format", Some(format.to_owned())),
            ("log_level", Some(self.log_level.clone())),
            ("otlp_endpoint", self.traces.as_ref().map(|traces| traces.endpoint.clone())),
            ("trace_percent", self.traces.as_ref().map(|traces| (traces.ratio * 100.0).round().to_string())),
            ("request_timeout", seconds(self.request_timeout)),
            ("header_timeout", seconds(self.header_timeout)),
            ("shutdown_timeout", seconds(self.shutdown_timeout)),
            ("body_limit", Some(self.body_limit.to_string())),
            ("max_connections", Some(self.max_connections.to_string())),
            ("rate_limits", Some(if self.rate_limits.is_some() { "on" } else { "off" }.to_owned())),
            ("address_rate", Some(self.rates.0.to_string())),
            ("tenant_rate", Some(self.rates.1.to_string())),
            ("trusted_proxies", Some(self.trusted_proxies_text.clone()).filter(|text| !text.is_empty())),
            ("webhook_networks", networks(&self.webhook_destinations.allowed_networks)),
            ("webhook_forbidden_networks", networks(&self.webhook_destinations.forbidden_networks)),
            ("webhook_plain_http", Some(plain_http.to_owned())),
            (
                "metadata_blob",
                metadata.and_then(|metadata| metadata.source.as_ref()).map(ToString::to_string),
            ),
            ("metadata_root", metadata.map(|metadata| metadata.root.display().to_string())),
        ]
        .map(|(key, value)| Setting {
            key,
            value,
            source: self.sources.get(key).copied().unwrap_or(Source::Default),
        })
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> std::vec::IntoIter<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn flags_go_before_the_environment_and_that_before_the_file() {
        let file = file("public_url = \"http://file\"\nbody_limit = 10000\nrequest_timeout = 5");
        let flags = Layer { public_url: Some("http://flag/".into()), ..Layer::default() };
        let env = environment(&[("PASSGATE_PUBLIC_URL", "http://env"), ("PASSGATE_BODY_LIMIT", "20000")]);
        let settings = Settings::resolve(flags, Some(file.path()), env).unwrap();
        assert_eq!(settings.public_url, "http://flag");
        assert_eq!(settings.body_limit, 20_000);
        assert_eq!(settings.request_timeout, Duration::from_secs(5));
        assert_eq!(settings.header_timeout, Duration::from_secs(10));
        let source = |key| settings.listing().into_iter().find(|setting| setting.key == key).unwrap().source;
        assert_eq!(source("public_url"), Source::Flag);
        assert_eq!(source("body_limit"), Source::Environment);
        assert_eq!(source("request_timeout"), Source::File);
        assert_eq!(source("header_timeout"), Source::Default);
    }

    #[test]
    fn an_unknown_key_is_named_wherever_it_stands() {
        let file = file("pubic_url = \"http://file\"");
        let error = Settings::resolve(Layer::default(), Some(file.path()), environment(&[])).unwrap_err();
        assert!(error.to_string().contains("`pubic_url`"), "{error}");
        let env = environment(&[("PASSGATE_PUBIC_URL", "x")]);
        let error = Settings::resolve(Layer::default(), None, env).unwrap_err();
        assert!(error.to_string().contains("`pubic_url`"), "{error}");
    }

    #[test]
    fn what_kubernetes_sets_beside_a_service_named_passgate_is_ignored() {
        let env = environment(&[
            ("PASSGATE_PORT", "tcp://10.0.0.1:80"),
            ("PASSGATE_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("PASSGATE_SERVICE_HOST", "10.0.0.1"),
        ]);
        assert!(Settings::resolve(Layer::default(), None, env).is_ok());
    }

    #[test]
    fn values_out_of_bounds_name_their_key() {
        for (name, value, key) in [
            ("PASSGATE_BODY_LIMIT", "1", "body_limit"),
            ("PASSGATE_REQUEST_TIMEOUT", "0", "request_timeout"),
            ("PASSGATE_PUBLIC_URL", "localhost", "public_url"),
            ("PASSGATE_PUBLIC_URL", "https://user:pass@host", "public_url"),
            ("PASSGATE_DATABASE_URL", "mysql://root:hunter2@db", "database_url"),
            ("PASSGATE_DATABASE_URL", "postgres://u:hunter2@h:port/d", "database_url"),
            ("PASSGATE_DATABASE_URL", "postgres://u:hunter2@h/d?sslmode=allow", "database_url"),
            ("PASSGATE_DATABASE_CONNECTIONS", "1", "database_connections"),
            ("PASSGATE_DATABASE_URL", "sqlite::memory:", "database_url"),
            ("PASSGATE_PUBLIC_LISTEN", "8000", "public_listen"),
            ("PASSGATE_BODY_LIMIT", "many", "body_limit"),
            ("PASSGATE_ADDRESS_RATE", "0", "address_rate"),
            ("PASSGATE_TRUSTED_PROXIES", "10.0.0.0/33", "trusted_proxies"),
            ("PASSGATE_RATE_LIMITS", "maybe", "rate_limits"),
            ("PASSGATE_METADATA_BLOB", "http://mds3.fidoalliance.org", "metadata_blob"),
            ("PASSGATE_METADATA_BLOB", "blob.jwt", "metadata_root"),
        ] {
            let error = Settings::resolve(Layer::default(), None, environment(&[(name, value)])).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
            let named = error.to_string();
            assert!(named.contains(key) || matches!(error, SettingsError::Environment(_)), "{named}");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let env = environment(&[
            ("PASSGATE_SECRET", "hunter2"),
            ("PASSGATE_PREVIOUS_SECRETS", "hunter2,hunter2"),
            ("PASSGATE_ADMIN_TOKEN", "hunter2"),
        ]);
        let settings = Settings::resolve(Layer::default(), None, env).unwrap();
        assert_eq!(settings.previous_secrets.len(), 2);
        let shown = serde_json::to_string(&settings.listing()).unwrap();
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(!format!("{settings:?}").contains("hunter2"));
        let file = file("secret = \"hunter2\nbroken");
        let error = Settings::resolve(Layer::default(), Some(file.path()), environment(&[])).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }

    #[test]
    fn the_secret_lies_beside_the_database_unless_told_otherwise() {
        let env = environment(&[("PASSGATE_DATABASE_URL", "sqlite:///var/lib/passgate/data.db")]);
        let settings = Settings::resolve(Layer::default(), None, env).unwrap();
        assert_eq!(settings.database.to_string(), "sqlite:/var/lib/passgate/data.db");
        assert_eq!(settings.secret_file, Some(PathBuf::from("/var/lib/passgate/data.db.secret")));
    }

    #[test]
    fn a_postgresql_database_is_shown_without_its_password_and_brings_no_secret_file() {
        let url = "postgres://passgate:hunter2@db.example.com/passkeys";
        let env = environment(&[("PASSGATE_DATABASE_URL", url)]);
        let settings = Settings::resolve(Layer::default(), None, env).unwrap();
        let shown = serde_json::to_string(&settings.listing()).unwrap();
        assert!(
            shown.contains("postgresql://passgate@db.example.com:5432/passkeys?sslmode=verify-full"),
            "{shown}"
        );
        assert!(!format!("{shown} {settings:?}").contains("hunter2"));
        assert_eq!(settings.secret_file, None);
        let flags = Layer { database_url: Some(url.to_owned()), ..Layer::default() };
        let error = Settings::resolve(flags, None, environment(&[])).unwrap_err().to_string();
        assert!(error.contains("seen by others") && !error.contains("hunter2"), "{error}");
    }
}
