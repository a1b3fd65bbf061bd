//! Ten million credentials beside ten thousand. Making them takes minutes, so SQLite's files are kept below
//! `target/bench/large` for the next run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;

use super::engine::Engine;
use super::page::{Figure, Limit};
use super::samples::{median, number};
use super::server::{Database, Server};
use super::{Bench, CALLERS, Found};
use crate::failure::Failure;
use crate::process;

/// How many there are where there are few.
const FEW: u32 = 10_000;

/// How many there are where there are many.
const fn many(engine: &Engine) -> u32 {
    match engine {
        Engine::Sqlite(_) => 10_000_000,
        Engine::Postgres { .. } => 1_000_000,
    }
}

pub(super) fn measure(bench: &Bench<'_>) -> Result<Found, Failure> {
    let folder = bench.folder.join("large");
    fs::create_dir_all(&folder).map_err(Failure::to(format_args!("make {}", folder.display())))?;
    let mut found = Found::default();
    bench.on_each(&folder, |engine| {
        let (few_count, many) = (FEW / bench.scale.fraction, many(engine) / bench.scale.fraction);
        let place = |count: u32| engine.database(&format!("credentials{count}"));
        let (few, many_seeded) = (place(few_count), place(many));
        let name = few.name();
        Bench::heading(&format!("{many} credentials beside {few_count}, {name}"));
        let few = Seeded::provide(bench, &folder, few, few_count)?;
        let many_seeded = Seeded::provide(bench, &folder, many_seeded, many)?;
        let (server_few, server_many) =
            (Server::start(bench, &few.database)?, Server::start(bench, &many_seeded.database)?);
        let (seconds, callers) = (bench.scale.seconds.to_string(), CALLERS.to_string());
        let arguments = ["--duration", &seconds, "--concurrency", &callers];
        let (mut rate_few, mut rate_many) = (Vec::new(), Vec::new());
        for turn in 1..=bench.scale.turns {
            println!("turn {turn} of {}", bench.scale.turns);
            let report = server_few.load_without_errors(bench, "login", &few.accounts, &arguments)?;
            rate_few.push(number(&report, "/rate")?);
            let report =
                server_many.load_without_errors(bench, "login", &many_seeded.accounts, &arguments)?;
            rate_many.push(number(&report, "/rate")?);
        }
        server_few.stop(bench.interrupts)?;
        server_many.stop(bench.interrupts)?;
        let ratio = median(&rate_many) / median(&rate_few);
        let name = format!("login rate of {many} credentials beside {few_count}, {name}");
        found.figures.push(Figure::new(&name, ratio, "×").within(Limit::AtLeast(0.7)));
        found.json.insert(
            format!("large_{}", few.database.key()),
            json!({ "few": few_count, "many": many, "rate_few": rate_few, "rate_many": rate_many }),
        );
        Ok(())
    })?;
    Ok(found)
}

/// A database with seeded passkeys.
struct Seeded {
    database: Database,
    accounts: PathBuf,
}

impl Seeded {
    /// Makes it, unless it is there.
    fn provide(bench: &Bench<'_>, folder: &Path, database: Database, count: u32) -> Result<Self, Failure> {
        let accounts = folder.join(format!("{}-{count}.jsonl", database.key()));
        let complete = match &database {
            Database::Sqlite(path) => Some(path.with_extension("complete")),
            Database::Postgres { .. } => None,
        };
        if complete.as_ref().is_some_and(|complete| complete.exists()) {
            return Ok(Self { database, accounts });
        }
        println!("making {count} credentials");
        if let Database::Sqlite(path) = &database {
            for suffix in ["", "-wal", "-shm", ".secret"] {
                let mut file = path.clone().into_os_string();
                file.push(suffix);
                // What is half made is made anew; what isn't there needs no deleting.
                let _ = fs::remove_file(file);
            }
        }
        let mut seed = bench.tools.loadgen();
        seed.args(["seed", "--seed", "1", "--count", &count.to_string(), "--accounts"]).arg(&accounts);
        let mut seed = seed.stdout(Stdio::piped()).spawn().map_err(Failure::to("run the load generator"))?;
        let mut import = bench.tools.passgate(folder);
        database.configure(&mut import);
        import.args(["import", "-", "--json"]).stdout(Stdio::null());
        if let Some(pipe) = seed.stdout.take() {
            import.stdin(pipe);
        }
        // If it ends, its end of the pipe does too, and so does the other.
        let imported = process::run(&mut import, bench.interrupts);
        drop(import);
        let seeded = seed.wait().map_err(Failure::to("wait for the load generator"))?;
        imported?;
        if !seeded.success() {
            return Err(Failure::Because(format!("the load generator could not seed: {seeded}")));
        }
        if let Some(complete) = complete {
            fs::write(&complete, "").map_err(Failure::to(format_args!("write {}", complete.display())))?;
        }
        Ok(Self { database, accounts })
    }
}
