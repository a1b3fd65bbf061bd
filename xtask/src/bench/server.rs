//! Passgate, running on a database for a while.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Bench;
use crate::failure::Failure;
use crate::http;
use crate::interrupts::Interrupts;
use crate::ports;
use crate::process::{self, Running};

const START_DEADLINE: Duration = Duration::from_mins(1);
/// Short, since how long a start takes is measured.
const POLL: Duration = Duration::from_millis(1);

/// Where a server keeps its data.
#[derive(Debug, Clone)]
pub(super) enum Database {
    Sqlite(PathBuf),
    Postgres { url: String, secret: String },
}

impl Database {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres { .. } => "PostgreSQL",
        }
    }

    /// As members of JSON are named.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    /// Tells a command of Passgate's.
    pub(super) fn configure(&self, command: &mut Command) {
        match self {
            Self::Sqlite(path) => {
                let mut url = OsString::from("sqlite:");
                url.push(path);
                command.env("PASSGATE_DATABASE_URL", url);
            }
            Self::Postgres { url, secret } => {
                command.env("PASSGATE_DATABASE_URL", url).env("PASSGATE_SECRET", secret);
            }
        }
    }

    /// How many transactions were committed so far, as SQLite counts them in the index of its log, which all processes
    /// share (<https://sqlite.org/walformat.html>, `iChange`). Of PostgreSQL nothing is told.
    pub(super) fn commits(&self) -> Option<u32> {
        let Self::Sqlite(path) = self else { return None };
        let mut index = path.clone().into_os_string();
        index.push("-shm");
        let bytes = fs::read(index).ok()?;
        Some(u32::from_ne_bytes(bytes.get(8..12)?.try_into().ok()?))
    }
}

/// A server that runs.
pub(super) struct Server {
    running: Running,
    pub(super) database: Database,
    public: u16,
    admin: u16,
    /// From the start of the process to its first answer.
    pub(super) began_in: Duration,
}

impl Server {
    pub(super) fn start(bench: &Bench<'_>, database: &Database) -> Result<Self, Failure> {
        Self::start_binary(bench, bench.tools.binary(), database)
    }

    /// Starts another binary than the released one.
    pub(super) fn start_binary(
        bench: &Bench<'_>,
        binary: &Path,
        database: &Database,
    ) -> Result<Self, Failure> {
        let [public, admin] = ports::free()?;
        let folder = bench.folder.join("data");
        let mut command = process::command(binary, &folder);
        configure(&mut command, database, public, admin);
        let log = folder.join(format!("{}-{public}.log", database.key()));
        let failure = |error| Failure::to(format_args!("write {}", log.display()))(error);
        let file = File::create(&log).map_err(failure)?;
        command.arg("serve").stdout(file.try_clone().map_err(failure)?).stderr(file);
        let begun = Instant::now();
        let mut running = Running::start(&mut command)?;
        let ready = || http::status(admin, "/health/ready") == Some(200);
        wait_for(&mut running, bench.interrupts, ready).map_err(|failure| match failure {
            Failure::Because(reason) => Failure::Because(format!("{reason}; its log is {}", log.display())),
            interrupted @ Failure::Interrupted(_) => interrupted,
        })?;
        Ok(Self { running, database: database.clone(), public, admin, began_in: begun.elapsed() })
    }

    pub(super) fn pid(&self) -> u32 {
        self.running.id()
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.public)
    }

    pub(super) fn public_port(&self) -> u16 {
        self.public
    }

    pub(super) fn admin_port(&self) -> u16 {
        self.admin
    }

    pub(super) fn stop(self, interrupts: &Interrupts) -> Result<(), Failure> {
        self.running.stop(interrupts)
    }

    /// Ends it where it stands.
    pub(super) fn kill(self) {
        drop(self.running);
    }

    /// Has the load generator run a phase here, with more arguments.
    pub(super) fn load(
        &self,
        bench: &Bench<'_>,
        phase: &str,
        accounts: &Path,
        more: &[&str],
    ) -> Result<Value, Failure> {
        let (url, pid) = (self.url(), self.pid().to_string());
        let mut command = bench.tools.loadgen();
        command.args([phase, "--url", &url, "--server-pid", &pid, "--json", "--accounts"]).arg(accounts);
        let report = process::output(command.args(more), bench.interrupts)?;
        serde_json::from_str(&report).map_err(Failure::to("read the load generator's report"))
    }

    /// As [`Self::load`], where nothing may fail.
    pub(super) fn load_without_errors(
        &self,
        bench: &Bench<'_>,
        phase: &str,
        accounts: &Path,
        more: &[&str],
    ) -> Result<Value, Failure> {
        let report = self.load(bench, phase, accounts, more)?;
        if report["failed"] == 0 {
            return Ok(report);
        }
        Err(Failure::Because(format!("{phase} on {} had errors: {}", self.database.name(), report["errors"])))
    }

    /// Makes tenants with so many users in all, each with a passkey; whoever they are is written into a file.
    pub(super) fn populate(
        &self,
        bench: &Bench<'_>,
        tenants: u32,
        users: u32,
        accounts: &Path,
    ) -> Result<(), Failure> {
        let mut create = bench.tools.passgate(&bench.folder.join("data"));
        configure(&mut create, &self.database, self.public, self.admin);
        create
            .args(["admin-token", "create", "--json", "--name"])
            .arg(accounts.file_name().unwrap_or_default());
        let created = process::output(&mut create, bench.interrupts)?;
        let created: Value = serde_json::from_str(&created).map_err(Failure::to("read an admin token"))?;
        let mut command = bench.tools.loadgen();
        command
            .env("LOADGEN_ADMIN_TOKEN", created["token"].as_str().unwrap_or_default())
            .args(["register", "--url", &self.url(), "--json", "--warm-up", "0"])
            .args(["--admin-url", &format!("http://127.0.0.1:{}", self.admin)])
            .args(["--tenants", &tenants.to_string(), "--count", &users.to_string(), "--write-accounts"])
            .arg(accounts);
        let report = process::output(&mut command, bench.interrupts)?;
        let report: Value = serde_json::from_str(&report).map_err(Failure::to("read a report"))?;
        if report["completed"] == users {
            return Ok(());
        }
        Err(Failure::Because(format!("not all users could be registered: {}", report["errors"])))
    }
}

fn configure(command: &mut Command, database: &Database, public: u16, admin: u16) {
    database.configure(command);
    command.envs([
        ("PASSGATE_PUBLIC_LISTEN", format!("127.0.0.1:{public}")),
        ("PASSGATE_ADMIN_LISTEN", format!("127.0.0.1:{admin}")),
        ("PASSGATE_PUBLIC_URL", format!("http://localhost:{public}")),
        // All callers share an address.
        ("PASSGATE_RATE_LIMITS", "off".to_owned()),
    ]);
}

/// Waits until a server answers; fails if it ends before.
pub(super) fn wait_for(
    running: &mut Running,
    interrupts: &Interrupts,
    answers: impl Fn() -> bool,
) -> Result<(), Failure> {
    let deadline = Instant::now() + START_DEADLINE;
    while !answers() {
        if let Some(status) = running.ended()? {
            return Err(Failure::Because(format!("a server ended by itself: {status}")));
        }
        interrupts.check()?;
        if Instant::now() > deadline {
            let seconds = START_DEADLINE.as_secs();
            return Err(Failure::Because(format!("a server did not answer within {seconds} s")));
        }
        thread::sleep(POLL);
    }
    Ok(())
}
