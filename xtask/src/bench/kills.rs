//! A server that is killed under load, again and again, held to what it acknowledged.

use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::page::{Figure, Limit};
use super::samples::number;
use super::server::{Database, Server};
use super::{Bench, Found};
use crate::failure::Failure;
use crate::process;

/// How long each load runs, in seconds: its server dies before.
const LOAD_SECONDS: &str = "1.7";
/// After so many kills the server is held to its ledger, which takes about a minute: a challenge that has expired is
/// refused whether it was spent or not.
const KILLS_A_LEDGER: u32 = 20;

pub(super) fn measure(bench: &Bench<'_>, count: u32) -> Result<Found, Failure> {
    let folder = bench.make_new("data/kills")?;
    let mut found = Found::default();
    bench.on_each(&folder, |engine| {
        let database = engine.database("kills");
        Bench::heading(&format!("{count} kills under load, {}", database.name()));
        let accounts = folder.join(format!("{}-accounts.jsonl", database.key()));
        let server = Server::start(bench, &database)?;
        server.populate(bench, 4, 200, &accounts)?;
        server.stop(bench.interrupts)?;
        let (mut completed, mut sums, mut verdicts) = (0.0, [0.0; 4], Vec::new());
        for first in (0..count).step_by(usize::try_from(KILLS_A_LEDGER).unwrap_or(1)) {
            let ledger = folder.join(format!("{}-ledger-{first}.jsonl", database.key()));
            for round in first..count.min(first + KILLS_A_LEDGER) {
                completed += kill_under_load(bench, &database, &accounts, &ledger, round)?;
            }
            let verdict = verify(bench, &database, &ledger)?;
            for (sum, path) in
                sums.iter_mut().zip(["/missing", "/accepted_twice", "/credentials", "/replayed"])
            {
                *sum += number(&verdict, path)?;
            }
            println!("{} killed", count.min(first + KILLS_A_LEDGER));
            verdicts.push(verdict);
        }
        let [missing, accepted_twice, credentials, replayed] = sums;
        let name = |what: &str| format!("{what}, {count} kills, {}", database.name());
        found.figures.extend([
            Figure::new(&name("acknowledged credentials missing"), missing, "").within(Limit::AtMost(0.0)),
            Figure::new(&name("tokens from a replay"), accepted_twice, "").within(Limit::AtMost(0.0)),
            Figure::new(&name("credentials acknowledged"), credentials, ""),
            // A server that acknowledged nothing has kept its word, and shown nothing.
            Figure::new(&name("responses replayed"), replayed, "").within(Limit::AtLeast(f64::from(count))),
        ]);
        found.json.insert(
            format!("kills_{}", database.key()),
            json!({ "kills": count, "completed": completed, "verdicts": verdicts }),
        );
        Ok(())
    })?;
    Ok(found)
}

/// Asks a server after everything in a ledger.
fn verify(bench: &Bench<'_>, database: &Database, ledger: &Path) -> Result<Value, Failure> {
    let server = Server::start(bench, database)?;
    let mut command = bench.tools.loadgen();
    command.args(["verify-ledger", "--json", "--url", &server.url()]).arg(ledger);
    // It fails where the server broke its word, having said how.
    let (verdict, held) = process::output_and_status(&mut command, bench.interrupts)?;
    server.stop(bench.interrupts)?;
    serde_json::from_str(&verdict)
        .map_err(|error| Failure::Because(format!("the ledger could not be verified ({held}): {error}")))
}

/// Starts a server, loads it, kills it at a moment of its own. Says how many ceremonies were completed.
fn kill_under_load(
    bench: &Bench<'_>,
    database: &Database,
    accounts: &Path,
    ledger: &Path,
    round: u32,
) -> Result<f64, Failure> {
    let server = Server::start(bench, database)?;
    let ledger = ledger.display().to_string();
    let arguments = ["--duration", LOAD_SECONDS, "--warm-up", "0", "--ledger", &ledger];
    // Between 0.4 and 1.4 s, all over; the first tenth of a second goes into the load generator's keys.
    let moment = Duration::from_millis(u64::from(400 + round * 370 % 1000));
    let report = thread::scope(|scope| {
        let (url, pid) = (server.url(), server.pid().to_string());
        let load = scope.spawn(move || {
            let mut command = bench.tools.loadgen();
            command.args(["mixed", "--url", &url, "--server-pid", &pid, "--json", "--accounts"]);
            process::output(command.arg(accounts).args(arguments), bench.interrupts)
        });
        thread::sleep(moment);
        server.kill();
        load.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    let report: Value = serde_json::from_str(&report).map_err(Failure::to("read a report"))?;
    number(&report, "/completed")
}
