//! What one source says: the flags, the environment or the file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use passgate_api::SecretString;
use serde::{Deserialize, Deserializer, Serialize};

use super::SettingsError;

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

impl Layer {
    /// Reads a configuration file.
    pub(super) fn from_file(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| SettingsError::Unreadable { path: path.to_owned(), error })?;
        toml::from_str(&text).map_err(|error: toml::de::Error| SettingsError::File {
            path: path.to_owned(),
            // Not the Display form, which quotes the line: it may hold a secret.
            message: error.message().to_owned(),
        })
    }

    /// Takes the `PASSGATE_*` variables; `PASSGATE_CONFIG` is the caller's.
    pub(super) fn from_environment(
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
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
