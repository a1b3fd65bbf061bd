//! The servers of the demo, each with a log file of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::builds::Binaries;
use crate::failure::Failure;
use crate::http;
use crate::interrupts::Interrupts;
use crate::ports;
use crate::process::{self, Running};
use crate::tenant;
use crate::workspace::Workspace;

pub(crate) const APP_URL: &str = "http://localhost:5173";

const START_DEADLINE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);
/// How much of a log is shown when its server has ended.
const TAIL_LINES: usize = 20;

/// Which of the tutorial's two backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Rust,
    Hono,
}

impl Backend {
    pub(crate) const ALL: &[Self] = &[Self::Rust, Self::Hono];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Hono => "hono",
        }
    }
}

/// The servers that run, in the order in which they were started.
pub(crate) struct Servers(Vec<Server>);

struct Server {
    name: &'static str,
    running: Running,
    log: PathBuf,
}

impl Servers {
    /// Starts Passgate, the backend and the pages, each once the one before it answers. Their data and logs are
    /// kept in `folder`.
    pub(crate) fn start(
        workspace: &Workspace,
        binaries: &Binaries,
        backend: Backend,
        folder: &Path,
        interrupts: &Interrupts,
    ) -> Result<Self, Failure> {
        let logs = folder.join("logs");
        fs::create_dir_all(&logs).map_err(Failure::to(format_args!("make {}", workspace.shown(&logs))))?;
        let database = folder.join("passgate.db");
        let passgate = || passgate(workspace, binaries, &database);
        let tenant = tenant::tenant(passgate(), &folder.join("tenant.json"), &database, APP_URL, interrupts)?;

        let mut backend = self::backend(workspace, binaries, backend);
        backend.env("PORT", ports::BACKEND.to_string()).env("FRONTEND_ORIGIN", APP_URL);
        backend.envs(tenant.environment);
        let mut pages = process::command("node", &workspace.frontend());
        pages.args(["node_modules/vite/bin/vite.js", "preview", "--strictPort"]);

        let mut serve = passgate();
        serve.arg("serve");
        let plan = [
            ("Passgate", "passgate", serve, ports::PASSGATE_ADMIN, "/health/ready", 200),
            ("the backend", "backend", backend, ports::BACKEND, "/me", 401),
            ("the pages", "frontend", pages, ports::FRONTEND, "/", 200),
        ];
        let mut servers = Self(Vec::new());
        for (name, log, mut command, port, path, status) in plan {
            println!("Starting {name}");
            let log = logs.join(log).with_extension("log");
            let started = Server::start(name, &mut command, log).and_then(|server| {
                servers.0.push(server);
                servers.wait_for(|| http::status(port, path) == Some(status), interrupts)
            });
            if let Err(failure) = started {
                servers.stop(interrupts)?;
                return Err(failure);
            }
        }
        Ok(servers)
    }

    /// Fails if one of them has ended, with the end of its log.
    pub(crate) fn require_all(&mut self) -> Result<(), Failure> {
        for Server { name, running, log } in &mut self.0 {
            if let Some(status) = running.ended()? {
                let message =
                    format!("A server ended by itself: {name} ({status}). The end of {}:", log.display());
                return Err(Failure::Because(format!("{message}\n\n{}", tail(log))));
            }
        }
        Ok(())
    }

    /// Stops them, the last one first.
    pub(crate) fn stop(self, interrupts: &Interrupts) -> Result<(), Failure> {
        for Server { name, running, .. } in self.0.into_iter().rev() {
            println!("Stopping {name}");
            running.stop(interrupts)?;
        }
        Ok(())
    }

    fn wait_for(&mut self, answers: impl Fn() -> bool, interrupts: &Interrupts) -> Result<(), Failure> {
        let deadline = Instant::now() + START_DEADLINE;
        while !answers() {
            self.require_all()?;
            interrupts.check()?;
            if Instant::now() > deadline {
                let late = self.0.last().map(|Server { name, log, .. }| {
                    let seconds = START_DEADLINE.as_secs();
                    format!(
                        "A server did not answer within {seconds} s: {name}. The end of {}:\n\n{}",
                        log.display(),
                        tail(log)
                    )
                });
                return Err(Failure::Because(late.unwrap_or_default()));
            }
            thread::sleep(POLL);
        }
        // Somebody answered; it was this server only if that one still runs.
        self.require_all()
    }
}

impl Server {
    fn start(name: &'static str, command: &mut Command, log: PathBuf) -> Result<Self, Failure> {
        let failure = |error| Failure::to(format_args!("write {}", log.display()))(error);
        let file = File::create(&log).map_err(failure)?;
        command.stdout(file.try_clone().map_err(failure)?).stderr(file);
        Ok(Self { name, running: Running::start(command)?, log })
    }
}

/// The binary, configured for the demo.
fn passgate(workspace: &Workspace, binaries: &Binaries, database: &Path) -> Command {
    let mut command = process::command(&binaries.passgate, workspace.root());
    command.envs([
        ("PASSGATE_PUBLIC_LISTEN", format!("127.0.0.1:{}", ports::PASSGATE)),
        ("PASSGATE_ADMIN_LISTEN", format!("127.0.0.1:{}", ports::PASSGATE_ADMIN)),
        ("PASSGATE_PUBLIC_URL", format!("http://localhost:{}", ports::PASSGATE)),
        ("PASSGATE_LOG_FORMAT", "pretty".to_owned()),
    ]);
    let mut url = std::ffi::OsString::from("sqlite:");
    url.push(database);
    command.env("PASSGATE_DATABASE_URL", url);
    command
}

fn backend(workspace: &Workspace, binaries: &Binaries, backend: Backend) -> Command {
    match backend {
        Backend::Rust => {
            let mut command = process::command(&binaries.tutorial_backend, workspace.root());
            command.env("NO_COLOR", "1");
            command
        }
        Backend::Hono => {
            let mut command = process::command("node", &workspace.backend_hono());
            command.args(["--import", "tsx", "src/main.ts"]);
            command
        }
    }
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
