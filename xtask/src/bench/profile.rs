//! Where a login's CPU goes, by Linux's `perf`: a flame graph.

use std::time::Duration;
use std::{fs, thread};

use serde_json::json;

use super::flame::Flames;
use super::page::Figure;
use super::server::{Database, Server};
use super::{Bench, CALLERS, Found};
use crate::failure::Failure;
use crate::process;
use crate::release::Guided;

/// How long is looked, in seconds, and how long the load runs before and after.
const LOOKED: &str = "5";
const LOAD: &str = "10";
const BEFORE: Duration = Duration::from_secs(3);

pub(super) fn measure(bench: &Bench<'_>) -> Result<Found, Failure> {
    Bench::heading("a profile of logins, SQLite");
    let folder = bench.make_new("data/profile")?;
    let guided = Guided::build(bench.workspace, bench.interrupts)?;
    let framed = guided.with_frames(bench.workspace, bench.interrupts)?;
    let server = Server::start_binary(bench, &framed, &Database::Sqlite(folder.join("passgate.db")))?;
    let accounts = folder.join("accounts.jsonl");
    server.populate(bench, 1, bench.scale.users, &accounts)?;
    let data = folder.join("perf.data");
    thread::scope(|scope| {
        let callers = CALLERS.to_string();
        let (server, accounts) = (&server, &accounts);
        let load = scope.spawn(move || {
            server.load_without_errors(
                bench,
                "login",
                accounts,
                &["--duration", LOAD, "--concurrency", &callers],
            )
        });
        thread::sleep(BEFORE);
        let mut perf = process::command("perf", &folder);
        perf.args(["record", "--quiet", "--freq", "1999", "--call-graph", "fp", "--pid"]);
        perf.arg(server.pid().to_string()).arg("--output").arg(&data).args(["--", "sleep", LOOKED]);
        let looked = process::run(&mut perf, bench.interrupts);
        let loaded =
            load.join().unwrap_or_else(|_| Err(Failure::Because("the load's thread panicked".to_owned())));
        looked.and(loaded.map(drop))
    })?;
    server.stop(bench.interrupts)?;
    let mut perf = process::command("perf", &folder);
    perf.args(["script", "--fields", "comm,ip,sym,dso", "--input"]).arg(&data);
    let flames = Flames::read(&process::output(&mut perf, bench.interrupts)?);
    // It has addresses of this machine, and is large.
    fs::remove_file(&data).map_err(Failure::to(format_args!("delete {}", data.display())))?;
    let shares = flames.shares();
    Ok(Found {
        figures: shares
            .iter()
            .map(|(kind, share)| Figure::new(&format!("of a login's CPU, {kind}"), share * 100.0, "%"))
            .collect(),
        json: [("profile".to_owned(), json!(shares))].into_iter().collect(),
        plots: vec![("flame.svg", flames.svg("A login's CPU, SQLite, 64 callers"))],
    })
}
