//! The configuration: flags, then `PASSGATE_*` environment variables, then a TOML file, then defaults.
//!
//! All three are the same [`Layer`] of optional values, so that a key is written down once. Secrets have no flag:
//! command lines show in process lists.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use passgate_api::SecretString;
use passgate_core::console::{ConsolePlace, SignUpAllowed};
use passgate_postgres_connection::{InvalidUrl, PostgresUrl};
use passgate_store::postgres::PostgresOptions;
use serde::{Deserialize, Deserializer, Serialize};

use crate::console::ConsoleSettings;
use crate::metadata::{MetadataSettings, MetadataSource};
use crate::source_address::TrustedProxies;
use crate::tracing_export::TraceSettings;
use passgate_webhooks::{DestinationPolicy, PlainHttp};

/// What one source says. The names are those of the TOML file; flags have dashes, the environment has capitals.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Layer {
    #[arg(
        help = "Where data lives: sqlite:<path>, or postgresql://user@host/database [default: sqlite:passgate.db]",
        long,
        global = true,
        value_name = "URL",
        help_heading = "Configuration"
    )]
    pub(crate) database_url: Option<String>,
    /// The most connections to PostgreSQL [default: 16]
    #[arg(long, global = true, value_name = "COUNT", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) database_connections: Option<u64>,
    /// The server secret's file [default: beside the SQLite file, <path>.secret; made at the first start]
    #[arg(long, global = true, value_name = "PATH", help_heading = "Configuration")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Where the public API listens [default: 0.0.0.0:8000]
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Configuration")]
    pub(crate) public_listen: Option<SocketAddr>,
    /// Where the admin API listens [default: 127.0.0.1:8001]
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Configuration")]
    pub(crate) admin_listen: Option<SocketAddr>,
    #[arg(
        help = "How apps and browsers reach the public API [default: http://localhost:8000]",
        long,
        global = true,
        value_name = "URL",
        help_heading = "Configuration"
    )]
    pub(crate) public_url: Option<String>,
    /// How the command line reaches a running server [default: made from admin-listen]
    #[arg(long, global = true, value_name = "URL", help_heading = "Configuration")]
    pub(crate) admin_url: Option<String>,
    /// Where browsers reach the console [default: localhost, with the port of admin-listen]
    #[arg(long, global = true, value_name = "URL", help_heading = "Configuration")]
    pub(crate) console_url: Option<String>,
    /// Who may make an account at the console: invitation or open [default: invitation]
    #[arg(long, global = true, value_name = "WHO", help_heading = "Configuration")]
    pub(crate) console_sign_up: Option<SignUp>,
    /// How log lines look [default: auto]
    #[arg(long, global = true, value_name = "FORMAT", help_heading = "Configuration")]
    pub(crate) log_format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug, or directives such as passgate=debug [default: info]
    #[arg(long, global = true, value_name = "LEVEL", help_heading = "Configuration")]
    pub(crate) log_level: Option<String>,
    #[arg(
        help = "Where traces are sent as OTLP over HTTP, such as http://localhost:4318 [default: none]",
        long,
        global = true,
        value_name = "URL",
        help_heading = "Configuration"
    )]
    pub(crate) otlp_endpoint: Option<String>,
    /// How many of a hundred traces are sent [default: 100]
    #[arg(long, global = true, value_name = "PERCENT", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) trace_percent: Option<u64>,
    /// How long a request may take, body included, in seconds [default: 30]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) request_timeout: Option<u64>,
    /// How long a request's headers may take, in seconds [default: 10]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) header_timeout: Option<u64>,
    /// How long requests under way may take after SIGTERM, in seconds [default: 25]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) shutdown_timeout: Option<u64>,
    /// The largest request body, in bytes [default: 65536]
    #[arg(long, global = true, value_name = "BYTES", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) body_limit: Option<u64>,
    /// How many connections the public API takes at once [default: 8192]
    #[arg(long, global = true, value_name = "COUNT", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) max_connections: Option<u64>,
    /// Whether strangers' requests are limited: on or off [default: on]
    #[arg(long, global = true, value_name = "SWITCH", help_heading = "Configuration")]
    pub(crate) rate_limits: Option<Switch>,
    /// Requests a second from one address without an API key, five times as many at once [default: 20]
    #[arg(long, global = true, value_name = "COUNT", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) address_rate: Option<u64>,
    /// Requests a second to one tenant's open endpoints, five times as many at once [default: 2000]
    #[arg(long, global = true, value_name = "COUNT", help_heading = "Configuration")]
    #[serde(deserialize_with = "number_or_text")]
    pub(crate) tenant_rate: Option<u64>,
    /// Proxies whose X-Forwarded-For is believed: networks, separated by commas [default: none]
    #[arg(long, global = true, value_name = "NETWORKS", help_heading = "Configuration")]
    pub(crate) trusted_proxies: Option<String>,
    /// Networks that webhooks may reach although they are not public, separated by commas [default: none]
    #[arg(long, global = true, value_name = "NETWORKS", help_heading = "Configuration")]
    pub(crate) webhook_networks: Option<String>,
    /// Networks that webhooks may not reach although they are public, separated by commas [default: none]
    #[arg(long, global = true, value_name = "NETWORKS", help_heading = "Configuration")]
    pub(crate) webhook_forbidden_networks: Option<String>,
    /// Whether webhooks may go to plain http URLs: on or off [default: off]
    #[arg(long, global = true, value_name = "SWITCH", help_heading = "Configuration")]
    pub(crate) webhook_plain_http: Option<Switch>,
    /// Where the FIDO Metadata Service's list is fetched from: a file, or an https URL [default: none]
    #[arg(long, global = true, value_name = "PATH|URL", help_heading = "Configuration")]
    pub(crate) metadata_blob: Option<String>,
    /// The certificates that the list's signer leads to, in PEM or DER [default: none]
    #[arg(long, global = true, value_name = "PATH", help_heading = "Configuration")]
    pub(crate) metadata_root: Option<PathBuf>,
    /// The server secret itself, instead of its file.
    #[arg(skip)]
    pub(crate) secret: Option<SecretString>,
    /// Secrets that the current one replaced, separated by commas: they open, and seal no more.
    #[arg(skip)]
    pub(crate) previous_secrets: Option<SecretString>,
    /// What the command line proves itself with to a running server.
    #[arg(skip)]
    pub(crate) admin_token: Option<SecretString>,
}

/// Who may make an account at the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SignUp {
    /// Whoever was invited.
    Invitation,
    /// Anybody.
    Open,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Pretty on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Pretty,
    /// For programs: an object a line.
    Json,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

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

impl Layer {
    /// Reads a configuration file.
    fn from_file(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| SettingsError::Unreadable { path: path.to_owned(), error })?;
        toml::from_str(&text).map_err(|error: toml::de::Error| SettingsError::File {
            path: path.to_owned(),
            // Not the Display form, which quotes the line: it may hold a secret.
            message: error.message().to_owned(),
        })
    }

    /// Takes the `PASSGATE_*` variables; `PASSGATE_CONFIG` is the caller's.
    fn from_environment(variables: impl Iterator<Item = (String, String)>) -> Result<Self, SettingsError> {
        let mut table = toml::Table::new();
        for (name, value) in variables {
            let Some(key) = name.strip_prefix("PASSGATE_") else { continue };
            // Kubernetes sets PASSGATE_PORT and PASSGATE_SERVICE_… in every pod beside a service named passgate.
            if key == "CONFIG" || key == "PORT" || key.starts_with("PORT_") || key.starts_with("SERVICE_") {
                continue;
            }
            table.insert(key.to_ascii_lowercase(), toml::Value::String(value));
        }
        table.try_into().map_err(|error: toml::de::Error| {
            SettingsError::Environment(format!(
                "{} (PASSGATE_ and the key in capitals)",
                error.message().trim()
            ))
        })
    }
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

fn parse_database_url(url: &str) -> Result<DatabaseLocation, SettingsError> {
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

fn http_url(key: &'static str, text: &str) -> Result<String, SettingsError> {
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

fn console(
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
fn local_url(address: SocketAddr) -> String {
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

fn connections(given: Option<u64>) -> Result<NonZeroUsize, SettingsError> {
    match usize::try_from(given.unwrap_or(16)).ok().and_then(NonZeroUsize::new) {
        // One reads the version while the other is at work.
        Some(count) if (2..=10_000).contains(&count.get()) => Ok(count),
        _ => invalid("database_connections", "must be 2 to 10000"),
    }
}

fn rate(key: &'static str, given: Option<u64>, default: u32) -> Result<NonZeroU32, SettingsError> {
    let rate = given.map_or(Some(default), |rate| u32::try_from(rate).ok()).and_then(NonZeroU32::new);
    match rate {
        Some(rate) if rate.get() <= 1_000_000 => Ok(rate),
        _ => invalid(key, "must be 1 to 1000000 requests a second; rate_limits = off switches them off"),
    }
}

fn metadata(source: Option<&str>, root: Option<PathBuf>) -> Result<Option<MetadataSettings>, SettingsError> {
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

fn traces(endpoint: Option<&str>, percent: Option<u64>) -> Result<Option<TraceSettings>, SettingsError> {
    let ratio = match percent.unwrap_or(100) {
        percent @ 0..=100 => f64::from(u8::try_from(percent).unwrap_or(100)) / 100.0,
        _ => return invalid("trace_percent", "must be 0 to 100"),
    };
    let endpoint = endpoint.map(|endpoint| http_url("otlp_endpoint", endpoint)).transpose()?;
    Ok(endpoint.map(|endpoint| TraceSettings { endpoint, ratio }))
}

fn parse_networks(key: &'static str, text: &str) -> Result<Vec<IpNet>, SettingsError> {
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

fn seconds(key: &'static str, given: Option<u64>, default: u64) -> Result<Duration, SettingsError> {
    match given.unwrap_or(default) {
        seconds @ 1..=3600 => Ok(Duration::from_secs(seconds)),
        _ => invalid(key, "must be 1 to 3600 seconds"),
    }
}

fn invalid<T>(key: &'static str, message: &str) -> Result<T, SettingsError> {
    Err(SettingsError::Invalid { key, message: message.to_owned() })
}

/// The environment knows only text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumberOrText {
        Number(u64),
        Text(String),
    }
    match NumberOrText::deserialize(deserializer) {
        Ok(NumberOrText::Number(number)) => Ok(Some(number)),
        Ok(NumberOrText::Text(text)) => {
            text.parse().map(Some).map_err(|_| serde::de::Error::custom("expected a whole number"))
        }
        Err(_) => Err(serde::de::Error::custom("expected a whole number")),
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
