//! `cargo xtask test`: everything that has to pass, step by step.

use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::builds;
use crate::check;
use crate::failure::Failure;
use crate::fuzz;
use crate::interrupts::Interrupts;
use crate::needs::{self, Need};
use crate::packages;
use crate::process;
use crate::schemathesis;
use crate::servers::Backend;
use crate::workspace::Workspace;

/// What is run, in this order: what says most in the least time comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Format,
    Clippy,
    Deny,
    Rust,
    RustDocs,
    Interop,
    Differential,
    Schemathesis,
    Fuzz,
    TypeScript,
    EndToEnd,
    Demo,
}

impl Step {
    pub(crate) const ALL: &[Self] = &[
        Self::Format,
        Self::Clippy,
        Self::Deny,
        Self::Rust,
        Self::RustDocs,
        Self::Interop,
        Self::Differential,
        Self::Schemathesis,
        Self::Fuzz,
        Self::TypeScript,
        Self::EndToEnd,
        Self::Demo,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Format => "fmt",
            Self::Clippy => "clippy",
            Self::Deny => "deny",
            Self::Rust => "rust",
            Self::RustDocs => "doc",
            Self::Interop => "interop",
            Self::Differential => "differential",
            Self::Schemathesis => "schemathesis",
            Self::Fuzz => "fuzz",
            Self::TypeScript => "typescript",
            Self::EndToEnd => "e2e",
            Self::Demo => "demo",
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Format => "the Rust code is formatted",
            Self::Clippy => "clippy has nothing to say",
            Self::Deny => "dependencies: licenses, sources, and what is banned",
            Self::Rust => "unit, contract and HTTP tests",
            Self::RustDocs => "the examples in the documentation",
            Self::Interop => "the verifier against a client and an authenticator by others",
            Self::Differential => "the verifier beside two by others, on 10,000 generated ceremonies",
            Self::Schemathesis => "all three OpenAPI documents against a running server",
            Self::Fuzz => "ten seconds of made-up input for each of the verifier's parsers",
            Self::TypeScript => {
                "types of the TypeScript parts, and the unit tests of the Hono backend and the console"
            }
            Self::EndToEnd => "the tutorial, the console and the published SDKs, in a real browser",
            Self::Demo => "`cargo xtask demo --check`",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Format
            | Self::Clippy
            | Self::RustDocs
            | Self::Interop
            | Self::Differential
            | Self::Schemathesis => &[],
            Self::Rust => &[Need::Postgres],
            Self::Fuzz => fuzz::NEEDS,
            Self::Deny => &[Need::CargoDeny],
            Self::TypeScript => &[Need::Node],
            Self::EndToEnd => &[Need::Node, Need::Chromium, Need::Postgres],
            Self::Demo => check::NEEDS,
        }
    }

    fn run(self, workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
        match self {
            Self::Format => cargo(workspace, interrupts, &["fmt", "--all", "--check"]),
            Self::Clippy => {
                let arguments =
                    ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
                cargo(workspace, interrupts, &arguments)
            }
            Self::Deny => deny(workspace, interrupts),
            Self::Rust if needs::has_nextest(workspace) => {
                cargo(workspace, interrupts, &["nextest", "run", "--locked", "--no-fail-fast", "--workspace"])
            }
            Self::Rust => cargo(workspace, interrupts, &["test", "--locked", "--workspace", "--all-targets"]),
            Self::RustDocs => cargo(workspace, interrupts, &["test", "--locked", "--workspace", "--doc"]),
            Self::Interop => outside(workspace, interrupts, &workspace.interop()),
            Self::Differential => outside(workspace, interrupts, &workspace.differential()),
            Self::Schemathesis => schemathesis::run(workspace, interrupts),
            Self::Fuzz => fuzz::run(workspace, interrupts, fuzz::STEP_SECONDS),
            Self::TypeScript => typescript(workspace, interrupts),
            Self::EndToEnd => end_to_end(workspace, interrupts),
            Self::Demo => check::run(workspace, interrupts, Backend::Rust),
        }
    }
}

/// How a step ended.
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

pub(crate) fn list() {
    for step in Step::ALL {
        println!("{:12}  {}", step.name(), step.purpose());
    }
}

/// Runs these steps, or all where none is named, until one fails.
pub(crate) fn run(workspace: &Workspace, interrupts: &Interrupts, only: &[Step]) -> Result<(), Failure> {
    let steps: Vec<_> = Step::ALL.iter().filter(|step| only.is_empty() || only.contains(step)).collect();
    let needs: Vec<_> = steps.iter().flat_map(|step| step.needs()).copied().collect();
    let start = Instant::now();
    heading("needs", "what the machine has to have");
    needs::provide(&needs, workspace, interrupts)?;
    let mut rows = vec![("needs", Outcome::Passed(start.elapsed()))];

    let mut result = Ok(());
    for step in steps {
        if result.is_err() {
            rows.push((step.name(), Outcome::NotRun));
            continue;
        }
        heading(step.name(), step.purpose());
        let began = Instant::now();
        result = step.run(workspace, interrupts);
        let took = began.elapsed();
        let word = if result.is_ok() { "passed" } else { "failed" };
        println!("{} {word} after {}", step.name(), seconds(took));
        rows.push((step.name(), if result.is_ok() { Outcome::Passed(took) } else { Outcome::Failed(took) }));
    }
    summarize(&rows, start.elapsed());
    result.map_err(|failure| match (failure, rows.iter().find(|(_, outcome)| outcome.is_failure())) {
        (Failure::Because(reason), Some((name, _))) => Failure::Because(format!(
            "The step {name} failed: {reason}\n`cargo xtask test --only {name}` runs it alone."
        )),
        (failure, _) => failure,
    })
}

impl Outcome {
    fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

fn heading(name: &str, purpose: &str) {
    println!("\n=== {name}: {purpose}");
}

fn summarize(rows: &[(&str, Outcome)], total: Duration) {
    println!("\n=== summary");
    for (name, outcome) in rows {
        let (word, took) = match outcome {
            Outcome::Passed(took) => ("passed", seconds(*took)),
            Outcome::Failed(took) => ("FAILED", seconds(*took)),
            Outcome::NotRun => ("not run", String::new()),
        };
        println!("{name:12}  {word:7}  {took:>9}");
    }
    println!("{:12}  {:7}  {:>9}", "total", "", seconds(total));
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn cargo(workspace: &Workspace, interrupts: &Interrupts, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = process::command("cargo", workspace.root());
    run_cargo(command.args(arguments), interrupts)
}

/// Tests a package that isn't of the workspace, because what it depends on turns on features of what the server uses.
fn outside(workspace: &Workspace, interrupts: &Interrupts, package: &Path) -> Result<(), Failure> {
    let mut command = process::command("cargo", package);
    command.args(["test", "--locked", "--target-dir"]).arg(workspace.target());
    run_cargo(&mut command, interrupts)
}

fn run_cargo(command: &mut Command, interrupts: &Interrupts) -> Result<(), Failure> {
    // A log file is no place for colours, whatever a CI's environment makes Cargo believe.
    if !std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "never");
    }
    process::run(command, interrupts)
}

fn deny(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    println!(
        "Advisories are not checked: their database can't be reached from everywhere.\n\
         `cargo deny check advisories` checks them where it can."
    );
    let mut command = process::command(needs::cargo_deny(workspace), workspace.root());
    command.args(["--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    process::run(&mut command, interrupts)
}

fn typescript(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let (backend_hono, console) = (workspace.backend_hono(), workspace.console());
    for folder in [&workspace.frontend(), &backend_hono, &console, &workspace.end_to_end()] {
        packages::install(folder, workspace, interrupts)?;
        process::run(process::command("npm", folder).args(["run", "check"]), interrupts)?;
    }
    process::run(process::command("npm", &backend_hono).arg("test"), interrupts)?;
    process::run(process::command("npm", &console).arg("test"), interrupts)
}

fn end_to_end(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let console = workspace.console();
    for folder in [&workspace.frontend(), &workspace.backend_hono(), &console, &workspace.end_to_end()] {
        packages::install(folder, workspace, interrupts)?;
    }
    // Before the server, which has it built in.
    process::run(process::command("npm", &console).args(["run", "build"]), interrupts)?;
    let binaries = builds::binaries(workspace, interrupts)?;
    let mut command = process::command("npm", &workspace.end_to_end());
    command.arg("test").env("CHROMIUM", needs::chromium());
    command.env("PASSGATE_BIN", binaries.passgate).env("TUTORIAL_BACKEND_BIN", binaries.tutorial_backend);
    process::run(&mut command, interrupts)
}
