//! `cargo xtask bench`: what Passgate takes and holds, as multiples of what it is measured beside in the same run, so
//! that the figures of one machine say something of another.
//!
//! What is compared takes turns, so that what else the machine does hits both. `docs/benchmarks` gets the figures, the
//! plots and the page; a quick run, which only shows that the bench works, leaves them below `target/bench`.

mod kills;
mod large;
mod logins;
mod page;
mod plot;
mod samples;
mod server;
mod soak;
mod tenants;
mod tools;
mod writes;

use std::fs;
use std::path::PathBuf;

use passgate_postgres_fixture::PostgresServer;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::needs::{self, Need};
use crate::process;
use crate::workspace::Workspace;

use page::Figure;
use server::Database;
use tools::Tools;

/// What a run is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Options {
    /// Whether it only shows that the bench works.
    pub(crate) quick: bool,
    /// Whether millions of credentials are made, once, and logged in to.
    pub(crate) large: bool,
    /// How many minutes of mixed load there are.
    pub(crate) soak_minutes: Option<u32>,
    /// How often a server is killed under load, on each database.
    pub(crate) kills: Option<u32>,
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

impl Found {
    fn add(&mut self, other: Self) {
        self.figures.extend(other.figures);
        self.json.extend(other.json);
        self.plots.extend(other.plots);
    }
}

pub(crate) fn run(workspace: &Workspace, interrupts: &Interrupts, options: Options) -> Result<(), Failure> {
    needs::provide(&[Need::Postgres], workspace, interrupts)?;
    let tools = Tools::build(workspace, interrupts)?;
    let folder = workspace.target().join("bench");
    let scale = if options.quick { QUICK } else { FULL };
    let bench = Bench { workspace, interrupts, tools, scale, folder };
    bench.make_new("data")?;

    // It stops when this ends, however it ends.
    let postgres = PostgresServer::start_durable();
    let postgres_url = postgres.create_database("bench");
    let databases = bench.databases(postgres_url)?;
    let mut found = Found::default();
    found.add(logins::measure(&bench, &databases)?);
    found.add(writes::measure(&bench)?);
    found.add(tenants::measure(&bench)?);
    if options.large {
        found.add(large::measure(&bench, &databases, &postgres)?);
    }
    if let Some(minutes) = options.soak_minutes {
        found.add(soak::measure(&bench, minutes)?);
    }
    if let Some(count) = options.kills {
        found.add(kills::measure(&bench, &databases, &postgres, count)?);
    }
    bench.write(&found, options)
}

impl Bench<'_> {
    /// The databases that this binary can work with.
    fn databases(&self, postgres_url: String) -> Result<Vec<Database>, Failure> {
        let sqlite = Database::Sqlite(self.folder.join("data/passgate.db"));
        let postgres =
            Database::Postgres { url: postgres_url, secret: self.tools.new_secret(self.interrupts)? };
        if self.tools.takes(&postgres, self.interrupts)? {
            return Ok(vec![sqlite, postgres]);
        }
        println!("PostgreSQL is left out: this binary does not take a postgresql:// database_url.");
        Ok(vec![sqlite])
    }

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

    fn write(&self, found: &Found, options: Options) -> Result<(), Failure> {
        let table = page::table(&found.figures);
        println!("\n{table}");
        let folder = if options.quick {
            self.make_new("quick")?
        } else {
            let folder = self.workspace.root().join("docs/benchmarks");
            fs::create_dir_all(&folder).map_err(Failure::to(format_args!("make {}", folder.display())))?;
            folder
        };
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).map_err(Failure::to(format_args!("write {}", path.display())))
        };
        let machine = self.machine()?;
        let figures: Vec<Value> = found.figures.iter().map(Figure::json).collect();
        let latest = json!({
            "format": "passgate-bench",
            "version": 1,
            "machine": machine,
            "quick": options.quick,
            "figures": figures,
            "measurements": found.json,
        });
        write("latest.json", &format!("{latest:#}\n"))?;
        for (name, plot) in &found.plots {
            write(name, plot)?;
        }
        let plots: Vec<&str> = found.plots.iter().map(|(name, _)| *name).collect();
        write("README.md", &page::page(&table, &machine, &plots))?;
        println!("Written to {}.", self.workspace.shown(&folder));
        if options.quick {
            println!("A quick run shows that the bench works. Its figures say nothing.");
        }
        Ok(())
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
