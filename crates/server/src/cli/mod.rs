//! The command line.

mod admin;
mod admin_token;
mod completions;
mod config;
mod config_spelling;
mod console;
mod export;
mod import;
mod import_report;
mod inspect;
mod key;
mod metadata;
mod migrate;
mod output;
mod progress;
mod running;
mod secret;
mod signing_key;
mod tenant;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::logging;
use crate::open::StartError;
use crate::serve::{self, ServeError};
use crate::settings::{Layer, LogFormat, Settings, SettingsError};
pub(crate) use inspect::input::certificates_in_pem;
use output::Output;

/// A passkey server for apps that already have users and a login.
#[derive(Debug, Parser)]
#[command(name = "passgate", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
    /// A TOML file with configuration; flags and PASSGATE_* variables go before it
    #[arg(long, global = true, value_name = "PATH", env = "PASSGATE_CONFIG", help_heading = "Configuration")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Layer,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve,
    /// Make, list, show and delete tenants
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Key(key::Command),
    /// List, rotate and delete the keys that sign tokens
    #[command(subcommand)]
    SigningKey(signing_key::Command),
    /// Make, list and revoke admin tokens, in the database
    #[command(subcommand)]
    AdminToken(admin_token::Command),
    /// Claim the console, or let an operator in again; in the database
    #[command(subcommand)]
    Console(console::Command),
    /// Make a server secret, or move what is sealed to the current one
    #[command(subcommand)]
    Secret(secret::Command),
    /// Import tenants from Hanko's Passkey API, or one from a file that `export` wrote
    Import(import::Arguments),
    /// Write everything of a tenant into a file
    Export(export::Arguments),
    /// Show the kept list of the FIDO Metadata Service
    #[command(subcommand)]
    Metadata(metadata::Command),
    /// Bring the database's schema up to date; `serve` does so too
    Migrate,
    /// Show the effective configuration, without secrets
    Config,
    /// Verify a registration or an assertion; needs no server and no database
    #[command(subcommand)]
    Verify(verify::Command),
    /// Explain a WebAuthn message field by field; needs no server and no database
    Inspect(inspect::Arguments),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] passgate_core::store::StoreError),
    #[error(transparent)]
    Migrate(#[from] passgate_store::sqlite::OpenError),
    #[error(transparent)]
    MigratePostgres(#[from] passgate_store::postgres::OpenError),
    #[error(transparent)]
    Reseal(#[from] passgate_core::administration::ResealError),
    #[error("{}: {} ({})", .0.title, .0.details, .0.code)]
    Refused(passgate_api::ErrorBody),
    #[error(
        "a server runs at {url}, and changes go through it: set PASSGATE_ADMIN_TOKEN to an admin token \
         (`passgate admin-token create` makes one), or stop the server"
    )]
    AdminTokenNeeded { url: String },
    #[error("the server at {url} can't be asked: {error}")]
    Unreachable { url: String, error: reqwest::Error },
    #[error("no server answers at {url} (admin_url)")]
    NoServer { url: String },
    #[error("{url} answered what Passgate's admin API does not ({status})")]
    NotPassgate { url: String, status: u16 },
    #[error(
        "the server at {url} seals with another secret than this command: restart it with the new secret first, and \
         the one it replaces as a previous one; else it can't open what is sealed here"
    )]
    OtherSecret { url: String },
    /// An import or an export failed, or can't begin.
    #[error("{message}")]
    Transfer { code: &'static str, message: String },
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    NotUnderstood(String),
    /// What was found is printed already.
    #[error("the verdict is no")]
    VerdictIsNo,
    #[error("can't write the output: {0}")]
    Output(#[from] std::io::Error),
    #[error("can't start: {0}")]
    Runtime(std::io::Error),
}

impl CliError {
    /// The stable code for `--json`.
    fn code(&self) -> &str {
        match self {
            Self::Refused(body) => body.code.as_str(),
            Self::Settings(_) => "configuration_invalid",
            Self::Serve(_) | Self::Start(_) | Self::Runtime(_) => "start_failed",
            Self::Store(_) | Self::Migrate(_) | Self::MigratePostgres(_) | Self::Reseal(_) => {
                "database_failed"
            }
            Self::AdminTokenNeeded { .. } => "admin_token_missing",
            Self::Unreachable { .. } | Self::NoServer { .. } | Self::NotPassgate { .. } => {
                "server_unreachable"
            }
            Self::OtherSecret { .. } => "server_secret_differs",
            Self::Transfer { code, .. } => code,
            Self::Usage(_) => "usage",
            Self::NotUnderstood(_) => "not_understood",
            Self::VerdictIsNo => "verdict_is_no",
            Self::Output(_) => "output_failed",
        }
    }
}

/// Runs the command line: 0 on success, 1 on failure, 2 if the command line or the configuration is wrong.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = runtime.map_err(CliError::Runtime).and_then(|runtime| runtime.block_on(run(cli, &output)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has gone, as `head` does: nothing is left to be said to them.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(CliError::VerdictIsNo) => ExitCode::FAILURE,
        Err(error) => {
            output.error(error.code(), &error.to_string());
            let wrong_use = matches!(error, CliError::Settings(_) | CliError::Usage(_));
            ExitCode::from(if wrong_use { 2 } else { 1 })
        }
    }
}

async fn run(cli: Cli, output: &Output) -> Result<(), CliError> {
    match &cli.command {
        Command::Completions { shell } => return completions::run::<Cli>(*shell),
        Command::Verify(command) => return verify::run(command),
        Command::Inspect(arguments) => return inspect::run(arguments, output),
        _ => {}
    }
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let settings = Settings::resolve(cli.settings, cli.config.as_deref(), environment)?;
    if let Command::Serve = cli.command {
        let exporter = logging::install(settings.log_format, &settings.log_level, settings.traces.as_ref())?;
        let served = serve::run(settings).await;
        if let Some(exporter) = exporter {
            // It blocks; the runtime has nothing else to do by now. It fails only if it panics.
            let _ = tokio::task::spawn_blocking(move || exporter.shut_down()).await;
        }
        return Ok(served?);
    }
    // Commands talk to people on standard output; the log is for what they must know besides.
    logging::install(LogFormat::Pretty, "warn", None)?;
    match cli.command {
        Command::Tenant(command) => tenant::run(command, &settings, output).await,
        Command::Key(command) => key::run(command, &settings, output).await,
        Command::SigningKey(command) => signing_key::run(command, &settings, output).await,
        Command::AdminToken(command) => admin_token::run(command, &settings, output).await,
        Command::Console(command) => console::run(command, &settings, output).await,
        Command::Secret(command) => secret::run(command, &settings, output).await,
        Command::Import(arguments) => import::run(arguments, &settings, output).await,
        Command::Export(arguments) => export::run(arguments, &settings, output).await,
        Command::Metadata(command) => metadata::run(command, &settings, output).await,
        Command::Migrate => migrate::run(&settings, output).await,
        Command::Config => config::run(&settings, output),
        Command::Serve | Command::Completions { .. } | Command::Verify(_) | Command::Inspect(_) => Ok(()),
    }
}

/// Where the admin API has a tenant, and what belongs to it.
fn tenant_path(tenant_id: uuid::Uuid, rest: &str) -> String {
    format!("/tenants/{tenant_id}{rest}")
}
