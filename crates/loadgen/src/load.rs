//! A load, from making tenants to the report.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use passgate_authenticator::{Passkeys, Site};
use tokio::runtime::Runtime;

use crate::accounts::{Accounts, AccountsError, Crowd, Population, Tenant};
use crate::admin::{Admin, AdminError};
use crate::connection::{Endpoint, EndpointError};
use crate::floor;
use crate::ledger::{Ledger, LedgerError};
use crate::pace::Extent;
use crate::process::{self, Usage};
use crate::progress::{Counts, ProgressLine};
use crate::random::Random;
use crate::report::{ProcessUse, Report};
use crate::stage::{Lane, Plan, Stage, World, joined, run_stage};
use crate::tally::Ceremony;

/// How many requests to the admin API are under way at once while tenants are made.
const ADMIN_CONNECTIONS: u32 = 32;

/// What callers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Register new passkeys, each for a new user.
    Register,
    /// Log in with passkeys that are registered.
    Login,
    /// Open login pages, which begin logins that are never finished.
    LoginInit,
    /// Of 100: open 70 login pages, log in 25 times, register 5 passkeys.
    Mixed,
}

impl Phase {
    const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Login => "login",
            Self::LoginInit => "login-init",
            Self::Mixed => "mixed",
        }
    }

    pub(crate) fn next(self, random: &mut Random) -> Ceremony {
        match self {
            Self::Register => Ceremony::Registration,
            Self::Login => Ceremony::Login,
            Self::LoginInit => Ceremony::PageView,
            Self::Mixed => match random.below(100) {
                Some(0..70) => Ceremony::PageView,
                Some(70..95) => Ceremony::Login,
                _ => Ceremony::Registration,
            },
        }
    }

    /// Whether there must be somebody who can log in.
    const fn needs_accounts(self) -> bool {
        matches!(self, Self::Login | Self::Mixed)
    }
}

/// Where tenants and accounts come from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A tenant that is there, without accounts.
    Tenant(Tenant),
    /// The admin API makes so many.
    Admin {
        /// Its URL.
        url: String,
        /// Its token, where it asks for one.
        token: Option<String>,
        /// How many tenants.
        tenants: u32,
    },
    /// A file that an earlier run or `seed` wrote.
    File(PathBuf),
}

/// What to do.
#[derive(Debug, Clone)]
pub struct Load {
    /// What callers do.
    pub phase: Phase,
    /// The public API.
    pub url: String,
    /// Where tenants and accounts come from.
    pub origin: Origin,
    /// How passkeys follow from their numbers; a file's accounts have their own.
    pub crowd: Crowd,
    /// How many users are registered before a phase in which somebody logs in, if there is no file of them.
    pub users: u64,
    /// Of a file's tenants, only so many.
    pub use_tenants: Option<u32>,
    /// How many callers there are at once.
    pub concurrency: u32,
    /// How many threads of this process serve the callers.
    pub threads: u32,
    /// Ceremonies a second; none has each caller begin once it has finished.
    pub rate: Option<f64>,
    /// How long is measured.
    pub extent: Extent,
    /// How long the same is done before.
    pub warm_up: Duration,
    /// The server's process, if it runs on this machine.
    pub server_pid: Option<u32>,
    /// Whether the cryptography of a login is measured meanwhile, on the same cores.
    pub floor: bool,
    /// Where what was acknowledged is noted.
    pub ledger: Option<PathBuf>,
    /// Where tenants and accounts are written in the end, those of `register` included.
    pub write_accounts: Option<PathBuf>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A URL is none.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// Tenants can't be made.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Accounts can't be read or written.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The ledger can't be opened.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The ledger can't be written, so that nothing could be held to it.
    #[error("the ledger can't be written: {0}")]
    LedgerLost(io::Error),
    /// This process can't do its part.
    #[error("can't start: {0}")]
    Runtime(io::Error),
    /// Users could not be registered before the phase began.
    #[error("{failed} of {users} users could not be registered, the first because of {first}")]
    SetUp {
        /// How many were not.
        failed: u64,
        /// How many were to be.
        users: u64,
        /// The most frequent reason.
        first: String,
    },
    /// A phase in which somebody logs in has nobody.
    #[error("there is nobody to log in: give --users, or --accounts with some")]
    Nobody,
}

impl Load {
    /// Runs it to its end.
    pub fn run(self) -> Result<Report, LoadError> {
        let endpoint = Endpoint::parse(&self.url)?;
        let mut lanes = Lane::all(&endpoint, self.concurrency, self.threads).map_err(LoadError::Runtime)?;
        let mut world = self.world(self.population(&lanes[0].runtime)?)?;
        if self.phase.needs_accounts() {
            self.register_users(&mut lanes, &mut world)?;
        }

        let plan = |extent| Plan { phase: self.phase, extent, rate: self.rate };
        let mut registered = Vec::new();
        if !self.warm_up.is_zero() {
            let _line = ProgressLine::show("warming up", &world.counts);
            registered = run_stage(&mut lanes, &world, plan(Extent::Time(self.warm_up))).registered;
        }
        let usage = || self.server_pid.and_then(|pid| process::usage(&pid.to_string()));
        let (server, own) = (usage(), process::usage("self"));
        let line = ProgressLine::show(self.phase.name(), &world.counts);
        let mut work = || run_stage(&mut lanes, &world, plan(self.extent));
        let (stage, floor) = if self.floor {
            let (stage, floor) = floor::measure_beside(work);
            (stage, Some(floor))
        } else {
            (work(), None)
        };
        drop(line);
        let (server, own) = (server.zip(usage()), own.zip(process::usage("self")));

        if let Some(ledger) = &world.ledger {
            let failure = world.ledger_failure.lock().unwrap_or_else(PoisonError::into_inner).take();
            failure.map_or_else(|| ledger.flush(), Err).map_err(LoadError::LedgerLost)?;
        }
        if let Some(path) = &self.write_accounts {
            registered.extend_from_slice(&stage.registered);
            registered.sort_unstable_by_key(|account| account.number);
            let accounts = match self.phase {
                Phase::Register => Accounts::Listed(registered),
                // Those who register on the way have another seed, and are not kept.
                Phase::Login | Phase::LoginInit | Phase::Mixed => Accounts::clone(&world.accounts),
            };
            let tenants = Vec::clone(&world.tenants);
            Population { crowd: world.crowd.clone(), tenants, accounts }.write(path)?;
        }
        Ok(Report { floor, ..self.report(&world, &stage, server, own) })
    }

    fn population(&self, runtime: &Runtime) -> Result<Population, LoadError> {
        let nobody = Accounts::Listed(Vec::new());
        let new = |tenants| Population { crowd: self.crowd.clone(), tenants, accounts: nobody.clone() };
        Ok(match &self.origin {
            Origin::Tenant(tenant) => new(vec![tenant.clone()]),
            Origin::Admin { url, token, tenants } => {
                let endpoint = Endpoint::parse(url)?;
                let made = make_tenants(&endpoint, token.as_deref(), &self.crowd, *tenants);
                new(runtime.block_on(made)?)
            }
            Origin::File(path) => {
                let all = Population::read(path)?;
                let Crowd { rp_id, origin, .. } = all.crowd.clone();
                match (self.phase, self.use_tenants) {
                    // New people at known tenants.
                    (Phase::Register, _) => Population {
                        crowd: Crowd { rp_id, origin, ..self.crowd.clone() },
                        tenants: all.tenants,
                        accounts: nobody,
                    },
                    (_, Some(count)) => all.of_tenants(count),
                    (_, None) => all,
                }
            }
        })
    }

    fn world(&self, population: Population) -> Result<World, LoadError> {
        let Population { crowd, tenants, accounts } = population;
        let ledger = self.ledger.as_deref().map(|path| Ledger::open(path, &tenants)).transpose()?;
        let passkeys = Arc::new(Passkeys::new(crowd.seed, crowd.keys));
        let newcomers = match self.phase {
            Phase::Register => Arc::clone(&passkeys),
            // Of a seed that no run had, so that whoever registers on the way is new.
            Phase::Login | Phase::LoginInit | Phase::Mixed => {
                Arc::new(Passkeys::new(Random::new().next(), crowd.keys.min(64)))
            }
        };
        Ok(World {
            site: Arc::new(Site::new(&crowd.rp_id, &crowd.origin)),
            crowd,
            passkeys,
            accounts: Arc::new(accounts),
            tenants: Arc::new(tenants),
            newcomers,
            next_newcomer: Arc::default(),
            ledger: ledger.map(Arc::new),
            ledger_failure: Arc::default(),
            counts: Arc::default(),
        })
    }

    /// Registers those who are to log in, where no file has them. They are in the ledger like everybody else.
    fn register_users(&self, lanes: &mut [Lane], world: &mut World) -> Result<(), LoadError> {
        if world.accounts.count() == 0 && self.users > 0 {
            let people = World {
                newcomers: Arc::clone(&world.passkeys),
                next_newcomer: Arc::default(),
                ..world.clone()
            };
            let line = ProgressLine::show("registering users", &world.counts);
            let plan = Plan { phase: Phase::Register, extent: Extent::Count(self.users), rate: None };
            let stage = run_stage(lanes, &people, plan);
            drop(line);
            if let Some(error) = stage.tally.errors().first() {
                let failed = stage.tally.failed_count();
                return Err(LoadError::SetUp { failed, users: self.users, first: error.to_string() });
            }
            world.accounts = Arc::new(Accounts::Listed(stage.registered));
        }
        if world.accounts.count() == 0 { Err(LoadError::Nobody) } else { Ok(()) }
    }

    fn report(
        &self,
        world: &World,
        stage: &Stage,
        server: Option<(Usage, Usage)>,
        own: Option<(Usage, Usage)>,
    ) -> Report {
        let completed = stage.tally.completed_count();
        let cpu = |(before, after): (Usage, Usage)| after.cpu.saturating_sub(before.cpu).as_secs_f64();
        let each = |seconds: f64| seconds * 1e6 / float(completed.max(1));
        let tenants = match &*world.accounts {
            Accounts::Listed(accounts) if !accounts.is_empty() => {
                accounts.iter().map(|account| account.tenant).collect::<HashSet<_>>().len()
            }
            Accounts::Listed(_) => world.tenants.len(),
            Accounts::Seeded(_) => 1,
        };
        Report {
            format: "passgate-loadgen-report",
            version: 1,
            phase: self.phase.name(),
            concurrency: self.concurrency,
            intended_rate: self.rate,
            tenants: u64::try_from(tenants).unwrap_or(u64::MAX),
            accounts: world.accounts.count(),
            seed: world.crowd.seed,
            seconds: stage.elapsed.as_secs_f64(),
            completed,
            failed: stage.tally.failed_count(),
            not_begun: stage.not_begun,
            rate: float(completed) / stage.elapsed.as_secs_f64(),
            ceremonies: stage.tally.ceremony_latencies(),
            requests: stage.tally.step_latencies(),
            errors: stage.tally.errors(),
            server: server.zip(self.server_pid).map(|(usages, pid)| ProcessUse {
                pid,
                cpu_seconds: cpu(usages),
                cpu_us: each(cpu(usages)),
                resident_bytes: usages.1.resident_bytes,
                peak_resident_bytes: usages.1.peak_resident_bytes,
            }),
            floor: None,
            loadgen_cpu_us: own.map(|usages| each(cpu(usages))),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a measurement is not that precise")]
fn float(count: u64) -> f64 {
    count as f64
}

/// Makes tenants over several connections at once.
async fn make_tenants(
    endpoint: &Endpoint,
    token: Option<&str>,
    crowd: &Crowd,
    count: u32,
) -> Result<Vec<Tenant>, AdminError> {
    let counts = Arc::<Counts>::default();
    let _line = ProgressLine::show("making tenants", &counts);
    let next = Arc::new(AtomicU64::new(0));
    let makers = (0..ADMIN_CONNECTIONS.min(count)).map(|_| {
        let mut admin = Admin::new(endpoint.clone(), token.map(str::to_owned));
        let (crowd, next, counts) = (crowd.clone(), Arc::clone(&next), Arc::clone(&counts));
        tokio::spawn(async move {
            let mut made = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= u64::from(count) {
                    return Ok(made);
                }
                made.push(admin.create_tenant(&crowd, &format!("Load {number}")).await?);
                counts.completed.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    // All are begun before the first is waited for.
    let makers: Vec<_> = makers.collect();
    let mut tenants = Vec::new();
    for maker in makers {
        let made: Result<_, AdminError> = joined(maker.await);
        tenants.extend(made?);
    }
    Ok(tenants)
}
