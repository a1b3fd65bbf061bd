//! Load for servers of the Passkey API, and what a load needs around it: accounts by the million, a ledger to hold a
//! killed server to, the floor below which no login can be.
//!
//! It speaks the plain contract alone, as an app's backend and browsers do, so that any server of it can be measured.
//! [`Load`] is a run; [`main`] the command line. Its own work is kept small, because it mostly shares a machine with the
//! server: connections of its own, passkeys that are prepared, answers that are read without a tree.

mod accounts;
mod admin;
mod arguments;
mod bare_handler;
mod ceremony;
mod connection;
mod floor;
mod ledger;
mod load;
mod pace;
mod process;
mod progress;
mod random;
mod report;
mod seed;
mod stage;
mod tally;
mod verify_ledger;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

pub use accounts::{Account, Accounts, AccountsError, Crowd, Population, Tenant};
pub use admin::AdminError;
pub use connection::EndpointError;
pub use floor::Floor;
pub use ledger::LedgerError;
pub use load::{Load, LoadError, Origin, Phase};
pub use pace::Extent;
pub use report::{ErrorCount, Latency, ProcessUse, Report};
pub use seed::Seeding;
pub use verify_ledger::{Verdict, VerifyError};

use arguments::{Cli, Command, LoadArguments, SeedArguments, VerifyArguments};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The command line. A load ends well however many ceremonies failed, since that is what its report tells.
#[must_use]
pub fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("passgate-loadgen: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Holds the server at `url` to what the ledger at `path` says it acknowledged.
pub async fn verify_ledger(url: &str, path: &Path) -> Result<Verdict, VerifyError> {
    verify_ledger::verify(url, path).await
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Register(arguments) => load(arguments, Phase::Register),
        Command::Login(arguments) => load(arguments, Phase::Login),
        Command::LoginInit(arguments) => load(arguments, Phase::LoginInit),
        Command::Mixed(arguments) => load(arguments, Phase::Mixed),
        Command::VerifyLedger(arguments) => verify(&arguments),
        Command::Seed(arguments) => seed(arguments),
        Command::Floor(arguments) => {
            let floor = floor::measure(Duration::from_secs_f64(arguments.duration));
            print(arguments.json, &floor, &format!("{floor}\n"))
        }
        Command::BareHandler(arguments) => {
            // As the server does, with as many threads as there are cores.
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(bare_handler::serve(arguments.listen, |address| {
                let _ = writeln!(io::stdout(), "http://{address}");
            }))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn load(arguments: LoadArguments, phase: Phase) -> Result<ExitCode, Failure> {
    let json = arguments.json;
    let report = arguments.into_load(phase, |name| std::env::var(name).ok()).run()?;
    print(json, &report, &report.table())
}

fn verify(arguments: &VerifyArguments) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let verdict = runtime.block_on(verify_ledger(&arguments.url, &arguments.ledger))?;
    let Verdict { credentials, missing, replayed, accepted_twice, accepted_late, .. } = &verdict;
    let mut text = format!(
        "{credentials} credentials acknowledged, {missing} missing; {replayed} responses sent again, \
         {accepted_twice} accepted twice, {accepted_late} accepted that had had no answer\n"
    );
    for (code, count) in &verdict.refusals {
        let _ = writeln!(text, "refused: {code}: {count}");
    }
    for violation in &verdict.violations {
        let _ = writeln!(text, "violation: {violation}");
    }
    print(arguments.json, &verdict, &text)?;
    Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn seed(arguments: SeedArguments) -> Result<ExitCode, Failure> {
    let (count, output) = (arguments.count, arguments.output.clone());
    let (accounts, tenant) = (arguments.accounts.clone(), arguments.tenant.unwrap_or_else(new_tenant_id));
    let api_key = std::env::var("LOADGEN_API_KEY").ok();
    let last_used = arguments.last_used.unwrap_or_else(OffsetDateTime::now_utc);
    let seeding = Seeding { crowd: arguments.into_crowd(), tenant, api_key, count, last_used };
    seeding.population().write(&accounts)?;
    if output == Path::new("-") {
        seeding.write(&mut BufWriter::new(io::stdout().lock()))?;
    } else {
        // It may have an API key's hash, and looks like people's data.
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&output)?;
        seeding.write(&mut BufWriter::new(file))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn new_tenant_id() -> Uuid {
    let mut random = random::Random::new();
    let (high, low) = (random.next(), random.next());
    uuid::Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes()).into_uuid()
}

fn print(json: bool, value: &impl Serialize, text: &str) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}
