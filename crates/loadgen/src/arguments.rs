//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::accounts::{Crowd, Tenant};
use crate::load::{Load, Origin, Phase};
use crate::pace::Extent;
use crate::random::Random;

/// Puts load on any server of the Passkey API: whole ceremonies with software authenticators, over keep-alive HTTP.
#[derive(Debug, Parser)]
#[command(name = "passgate-loadgen", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Register new passkeys, each for a new user
    Register(LoadArguments),
    /// Log in with registered passkeys, without naming a user
    Login(LoadArguments),
    /// Open login pages, which begin logins that are never finished
    LoginInit(LoadArguments),
    /// Of 100: open 70 login pages, log in 25 times, register 5 passkeys
    Mixed(LoadArguments),
    /// Hold a server to a ledger: no acknowledged credential missing, no second token from one challenge
    VerifyLedger(VerifyArguments),
    /// Write a tenant with millions of passkeys, for `passgate import`
    Seed(SeedArguments),
    /// Measure what the cryptography of a login takes by itself
    Floor(FloorArguments),
    /// Serve the least that axum can do with login/initialize, to compare with
    BareHandler(BareHandlerArguments),
}

#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// The public API
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000")]
    url: String,
    #[arg(
        long,
        value_name = "UUID",
        help = "A tenant that is there; its API key is taken from LOADGEN_API_KEY"
    )]
    tenant: Option<Uuid>,
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "tenant",
        help = "The admin API, which makes the tenants; its token, if it asks for one, is taken from \
                LOADGEN_ADMIN_TOKEN"
    )]
    admin_url: Option<String>,
    /// How many tenants it makes
    #[arg(long, value_name = "COUNT", default_value_t = 1, requires = "admin_url")]
    tenants: u32,
    /// Tenants and accounts of an earlier run's, or of `seed`'s
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tenant", "admin_url"])]
    #[arg(required_unless_present_any = ["tenant", "admin_url"])]
    accounts: Option<PathBuf>,
    /// Of those accounts, only the ones of so many tenants
    #[arg(long, value_name = "COUNT", requires = "accounts")]
    use_tenants: Option<u32>,
    /// Where tenants and accounts are written in the end; `register` writes the new ones
    #[arg(long, value_name = "FILE")]
    write_accounts: Option<PathBuf>,
    /// How many users are registered before somebody logs in, unless there are accounts
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    users: u64,
    #[command(flatten)]
    crowd: CrowdArguments,
    /// How many callers there are at once, each with a connection
    #[arg(long, value_name = "COUNT", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=16384))]
    concurrency: u32,
    /// How many threads serve them
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=256))]
    threads: u32,
    /// Ceremonies a second, whose latency counts from when they were due; else each caller begins when it has finished
    #[arg(long, value_name = "NUMBER", value_parser = positive)]
    rate: Option<f64>,
    /// How long is measured, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = positive)]
    duration: f64,
    /// Instead: how many ceremonies
    #[arg(long, value_name = "COUNT", conflicts_with = "duration")]
    count: Option<u64>,
    /// How long the same is done before it is measured, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = not_negative)]
    warm_up: f64,
    /// The server's process, if it runs on this machine: its CPU and memory are told
    #[arg(long, value_name = "PID")]
    server_pid: Option<u32>,
    /// Meanwhile measure what the cryptography of a login takes, on the same cores: three hundredths of one's time
    #[arg(long)]
    floor: bool,
    /// Where every response that was sent to a finalize route is noted, for `verify-ledger`; it is appended to
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
struct CrowdArguments {
    /// The RP ID
    #[arg(long, value_name = "DOMAIN", default_value = "localhost")]
    rp_id: String,
    /// The origin of the pages
    #[arg(long, value_name = "ORIGIN", default_value = "http://localhost:5173")]
    origin: String,
    /// What ids and keys follow from [default: one that no run had]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How many different keys there are; passkeys share them
    #[arg(long, value_name = "COUNT", default_value_t = 1024)]
    keys: u32,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The ledger
    #[arg(value_name = "FILE")]
    pub(crate) ledger: PathBuf,
    /// The public API
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000")]
    pub(crate) url: String,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SeedArguments {
    /// How many users, each with a passkey
    #[arg(long, value_name = "COUNT", default_value_t = 10_000_000)]
    pub(crate) count: u64,
    /// Where the tenant is written, or - for standard output, to import it without a file
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
    /// Where what a load needs to log in is written
    #[arg(long, value_name = "FILE")]
    pub(crate) accounts: PathBuf,
    /// The tenant's id [default: a new one]
    #[arg(long, value_name = "UUID")]
    pub(crate) tenant: Option<Uuid>,
    /// When the passkeys were last used, in RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) last_used: Option<OffsetDateTime>,
    #[command(flatten)]
    crowd: CrowdArguments,
}

#[derive(Debug, Args)]
pub(crate) struct FloorArguments {
    /// How long is measured, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = positive)]
    pub(crate) duration: f64,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BareHandlerArguments {
    /// Where it listens; the first line of its output says where that is
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
}

impl LoadArguments {
    /// What is to be done. The secrets come from the environment, since command lines show in process lists.
    pub(crate) fn into_load(self, phase: Phase, variable: impl Fn(&str) -> Option<String>) -> Load {
        let origin = match (self.tenant, self.admin_url, self.accounts) {
            (Some(id), _, _) => Origin::Tenant(Tenant { id, api_key: variable("LOADGEN_API_KEY") }),
            (None, Some(url), _) => {
                Origin::Admin { url, token: variable("LOADGEN_ADMIN_TOKEN"), tenants: self.tenants }
            }
            (None, None, accounts) => Origin::File(accounts.unwrap_or_default()),
        };
        Load {
            phase,
            url: self.url,
            origin,
            crowd: self.crowd.into_crowd(),
            users: self.users,
            use_tenants: self.use_tenants,
            concurrency: self.concurrency,
            threads: self.threads,
            rate: self.rate,
            extent: self.count.map_or(Extent::Time(Duration::from_secs_f64(self.duration)), Extent::Count),
            warm_up: Duration::from_secs_f64(self.warm_up),
            server_pid: self.server_pid,
            floor: self.floor,
            ledger: self.ledger,
            write_accounts: self.write_accounts,
        }
    }
}

impl SeedArguments {
    pub(crate) fn into_crowd(self) -> Crowd {
        self.crowd.into_crowd()
    }
}

impl CrowdArguments {
    fn into_crowd(self) -> Crowd {
        let Self { rp_id, origin, seed, keys } = self;
        // Programs that read JSON as JavaScript does keep 53 bits.
        let seed = seed.unwrap_or_else(|| Random::new().next() >> 11);
        Crowd { seed, keys, rp_id, origin }
    }
}

fn moment(text: &str) -> Result<OffsetDateTime, time::error::Parse> {
    OffsetDateTime::parse(text, &Rfc3339)
}

fn positive(text: &str) -> Result<f64, String> {
    not_negative(text)
        .and_then(|value| if value > 0.0 { Ok(value) } else { Err("it must be above 0".into()) })
}

fn not_negative(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "it is no number")?;
    if (0.0..=10_000_000.0).contains(&value) { Ok(value) } else { Err("it must be 0 to 10,000,000".into()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn load(line: &str) -> Result<Load, clap::error::ErrorKind> {
        let cli = Cli::try_parse_from(line.split(' ')).map_err(|error| error.kind())?;
        let Command::Login(arguments) = cli.command else { panic!("another command") };
        Ok(arguments.into_load(Phase::Login, |name| Some(format!("${name}"))))
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn one_place_of_tenants_must_be_named() {
        let at = "passgate-loadgen login";
        assert_eq!(load(at).unwrap_err(), clap::error::ErrorKind::MissingRequiredArgument);
        let both = load("passgate-loadgen login --accounts a --admin-url http://h");
        assert_eq!(both.unwrap_err(), clap::error::ErrorKind::ArgumentConflict);
        let made = load("passgate-loadgen login --admin-url http://h --tenants 3").unwrap();
        assert!(matches!(
            made.origin,
            Origin::Admin { token: Some(token), tenants: 3, .. } if token == "$LOADGEN_ADMIN_TOKEN"
        ));
        let id = "00000000-0000-0000-0000-000000000001";
        let known = load(&format!("passgate-loadgen login --tenant {id} --count 7")).unwrap();
        assert_eq!(known.extent, Extent::Count(7));
        assert!(matches!(
            known.origin,
            Origin::Tenant(Tenant { api_key: Some(key), .. }) if key == "$LOADGEN_API_KEY"
        ));
    }
}
