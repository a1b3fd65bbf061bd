//! Minutes of mixed load: no error, and neither memory nor files that grow without end.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::page::{Figure, Limit};
use super::plot::{self, Line};
use super::samples::{median, number};
use super::server::{Database, Server};
use super::{Bench, CALLERS, Found};
use crate::failure::Failure;
use crate::http;

const SAMPLED_EVERY: Duration = Duration::from_secs(5);

/// After so many minutes some were purged: registrations' challenges are valid for five, and are kept for ten more.
const PURGES_AFTER: u32 = 17;

/// A look at the server from outside.
struct Sample {
    seconds: f64,
    resident_mb: f64,
    database_mb: f64,
    log_mb: f64,
}

pub(super) fn measure(bench: &Bench<'_>, minutes: u32) -> Result<Found, Failure> {
    Bench::heading(&format!("mixed load, for so many minutes: {minutes}"));
    let folder = bench.make_new("data/soak")?;
    let path = folder.join("passgate.db");
    let server = Server::start(bench, &Database::Sqlite(path.clone()))?;
    let accounts = folder.join("accounts.jsonl");
    server.populate(bench, 1, bench.scale.users, &accounts)?;
    let (seconds, callers) = ((minutes * 60).to_string(), CALLERS.to_string());
    let (report, samples) = thread::scope(|scope| {
        let (stop, stopped) = mpsc::channel::<()>();
        let (pid, path) = (server.pid(), &path);
        let watcher = scope.spawn(move || {
            let begun = Instant::now();
            let mut samples = vec![sample(pid, path, begun)];
            while stopped.recv_timeout(SAMPLED_EVERY) == Err(RecvTimeoutError::Timeout) {
                samples.push(sample(pid, path, begun));
            }
            samples
        });
        let arguments = ["--duration", &seconds, "--concurrency", &callers];
        let report = server.load_without_errors(bench, "mixed", &accounts, &arguments);
        drop(stop);
        let samples = watcher.join().unwrap_or_default();
        report.map(|report| (report, samples))
    })?;
    let purged = spent_challenges_purged(server.admin_port())?;
    server.stop(bench.interrupts)?;

    // What a cache and an allocator settle at takes a while; from there to the end, nothing may grow.
    let settled = &samples[samples.len() / 4..];
    let (first, last) = settled.split_at(settled.len() / 2);
    let memory = |part: &[Sample]| median(&part.iter().map(|sample| sample.resident_mb).collect::<Vec<_>>());
    let growth = memory(last) / memory(first);
    let column = |of: fn(&Sample) -> f64| samples.iter().map(|it| (it.seconds / 60.0, of(it))).collect();
    let lines = [
        Line::new("resident memory", column(|sample| sample.resident_mb)),
        Line::new("write-ahead log", column(|sample| sample.log_mb)),
    ];
    let database = [Line::new("database file", column(|sample| sample.database_mb))];
    let name = |what: &str| format!("{what}, {minutes} minutes mixed");
    let mut figures = vec![
        Figure::new(&name("errors"), number(&report, "/failed")?, "").within(Limit::AtMost(0.0)),
        Figure::new(&name("memory of the second half beside the first's"), growth, "×")
            .within(Limit::AtMost(1.1)),
        Figure::new(&name("ceremonies a second"), number(&report, "/rate")?, ""),
    ];
    if minutes >= PURGES_AFTER {
        let name = name("spent challenges purged");
        figures.push(Figure::new(&name, purged, "").within(Limit::AtLeast(1.0)));
    }
    let rows: Vec<Value> =
        samples.iter().map(|it| json!([it.seconds, it.resident_mb, it.database_mb, it.log_mb])).collect();
    Ok(Found {
        figures,
        json: [(
            "soak".to_owned(),
            json!({
                "minutes": minutes, "report": report, "spent_challenges_purged": purged,
                "samples": { "columns": ["seconds", "resident_mb", "database_mb", "log_mb"], "rows": rows },
            }),
        )]
        .into_iter()
        .collect(),
        plots: vec![
            ("soak-memory.svg", plot::lines("Mixed load", "minutes", "MB", &lines)),
            ("soak-database.svg", plot::lines("Mixed load", "minutes", "MB", &database)),
        ],
    })
}

fn spent_challenges_purged(admin_port: u16) -> Result<f64, Failure> {
    let metrics = http::answer(admin_port, "/metrics").unwrap_or_default();
    let name = "passgate_spent_challenges_purged_total ";
    let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.ok_or_else(|| Failure::Because("the server doesn't tell how many challenges it purged".to_owned()))
}

fn sample(pid: u32, database: &Path, begun: Instant) -> Sample {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|text| text.trim().split(' ').next()?.parse::<f64>().ok());
    let megabytes = |suffix: &str| {
        let mut path = database.as_os_str().to_owned();
        path.push(suffix);
        let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
        f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1000.0
    };
    Sample {
        seconds: begun.elapsed().as_secs_f64(),
        resident_mb: kilobytes.unwrap_or(f64::NAN) * 1.024 / 1000.0,
        database_mb: megabytes(""),
        log_mb: megabytes("-wal"),
    }
}
