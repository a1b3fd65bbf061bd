//! `cargo xtask bench`: what Passgate takes and holds, as multiples of what it is measured beside in the same run, so
//! that the figures of one machine say something of another.
//!
//! What is compared takes turns, so that what else the machine does hits both. `docs/benchmarks` gets the figures, the
//! plots and the page, part by part: what a run leaves out stays as it was. A quick run, which only shows that the bench
//! works, leaves them below `target/bench`.

mod engine;
mod flame;
mod kills;
mod large;
mod lists;
mod logins;
mod page;
mod parts;
mod plot;
mod profile;
mod samples;
mod server;
mod soak;
mod tenants;
mod tools;
mod training;
mod writes;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::needs::{self, Need};
use crate::process;
use crate::release;
use crate::workspace::Workspace;

use page::Figure;
use parts::Parts;
use tools::Tools;

pub(crate) use training::train;

/// What a run is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Options {
    /// Whether it only shows that the bench works.
    pub(crate) quick: bool,
    /// Whether the parts that take no option are left out.
    pub(crate) alone: bool,
    /// Whether millions of credentials are made, once, and logged in to.
    pub(crate) large: bool,
    /// Whether the lists of a tenant with many rows are asked for.
    pub(crate) lists: bool,
    /// How many minutes of mixed load there are.
    pub(crate) soak_minutes: Option<u32>,
    /// How often a server is killed under load, on each database.
    pub(crate) kills: Option<u32>,
    /// Whether a login is profiled.
    pub(crate) profile: bool,
}

/// How much is done.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// How long one measurement takes, in seconds.
    seconds: f64,
    /// How often what is compared takes turns.
    turns: u32,
    /// Users at the tenant that logins are measured at.
    users: u32,
    /// Tenants, of which some are touched.
    tenants: u32,
    touched: u32,
    /// Logins a second, where latencies are compared: few enough that nobody waits for others.
    paced_rate: u32,
    /// Of the millions of credentials there is this part.
    fraction: u32,
}

const FULL: Scale = Scale {
    seconds: 10.0,
    turns: 5,
    users: 10_000,
    tenants: 100_000,
    touched: 1_000,
    paced_rate: 1_000,
    fraction: 1,
};
const QUICK: Scale = Scale {
    seconds: 1.0,
    turns: 2,
    users: 500,
    tenants: 1_000,
    touched: 100,
    paced_rate: 200,
    fraction: 100,
};

/// How many callers there are at once wherever nothing else is said.
const CALLERS: u32 = 64;

/// What all parts of a run need.
struct Bench<'a> {
    workspace: &'a Workspace,
    interrupts: &'a Interrupts,
    tools: Tools,
    scale: Scale,
    folder: PathBuf,
}

/// What a part found: for the page, for programs, and plots by their file's name.
#[derive(Default)]
struct Found {
    figures: Vec<Figure>,
    json: serde_json::Map<String, Value>,
    plots: Vec<(&'static str, String)>,
}

pub(crate) fn run(workspace: &Workspace, interrupts: &Interrupts, options: Options) -> Result<(), Failure> {
    let needs = if options.quick && !options.profile { &[Need::Postgres] } else { release::NEEDS };
    needs::provide(needs, workspace, interrupts)?;
    let tools = if options.quick {
        Tools::build_plain(workspace, interrupts)?
    } else {
        Tools::build_guided(workspace, interrupts)?
    };
    let folder = workspace.target().join("bench");
    let scale = if options.quick { QUICK } else { FULL };
    let bench = Bench { workspace, interrupts, tools, scale, folder };
    bench.make_new("data")?;

    let mut parts = Parts::open(&bench, options)?;
    if !options.alone {
        parts.add("logins", logins::measure(&bench)?)?;
        parts.add("writes", writes::measure(&bench)?)?;
        parts.add("tenants", tenants::measure(&bench)?)?;
    }
    if options.large {
        parts.add("large", large::measure(&bench)?)?;
    }
    if options.lists {
        let (found, page) = lists::measure(&bench)?;
        parts.add("lists", found)?;
        parts.write("lists.md", &page)?;
    }
    if let Some(minutes) = options.soak_minutes {
        parts.add("soak", soak::measure(&bench, minutes)?)?;
    }
    if let Some(count) = options.kills {
        parts.add("kills", kills::measure(&bench, count)?)?;
    }
    if options.profile {
        parts.add("profile", profile::measure(&bench)?)?;
    }
    println!("\n{}", parts.table());
    println!("Written to {}.", bench.workspace.shown(parts.folder()));
    if options.quick {
        println!("A quick run shows that the bench works. Its figures say nothing.");
    }
    Ok(())
}

impl Bench<'_> {
    /// An empty folder below the bench's own, which has nothing of earlier runs.
    fn make_new(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Failure::to(format_args!("delete {}", folder.display())))?;
        }
        fs::create_dir_all(&folder).map_err(Failure::to(format_args!("make {}", folder.display())))?;
        Ok(folder)
    }

    fn heading(text: &str) {
        println!("\n--- {text}");
    }

    /// What the figures were made on.
    fn machine(&self) -> Result<Value, Failure> {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let cpu_info = read("/proc/cpuinfo");
        let model = cpu_info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut git = process::command("git", self.workspace.root());
        let commit = process::output(git.args(["rev-parse", "--short", "HEAD"]), self.interrupts)?;
        Ok(json!({
            "cpu": model.map_or("unknown", |(_, model)| model),
            "cores": cores,
            "kernel": read("/proc/sys/kernel/osrelease").trim(),
            "commit": commit.trim(),
        }))
    }
}
