//! What a login costs beside its cryptography, and a page view beside a bare handler.

use serde_json::{Value, json};

use super::page::{Figure, Limit};
use super::plot::{self, Bar};
use super::samples::{least, median, number};
use super::server::{Database, Server};
use super::{Bench, CALLERS, Found};
use crate::failure::Failure;

/// What was measured on one database, a value for each turn.
#[derive(Default)]
struct Logins {
    cpu_us: Vec<f64>,
    rate: Vec<f64>,
    finalizes_per_commit: Vec<f64>,
    percentiles: [Vec<f64>; 4],
}

const PERCENTILES: [(&str, &str); 4] =
    [("p50", "p50_us"), ("p90", "p90_us"), ("p99", "p99_us"), ("p99.9", "p999_us")];

pub(super) fn measure(bench: &Bench<'_>, databases: &[Database]) -> Result<Found, Failure> {
    Bench::heading("logins and page views");
    let mut servers = Vec::new();
    for database in databases {
        let server = Server::start(bench, database)?;
        let accounts = bench.folder.join(format!("data/{}-accounts.jsonl", database.key()));
        server.populate(bench, 1, bench.scale.users, &accounts)?;
        // What is warm then stays so.
        server.load_without_errors(bench, "login", &accounts, &["--duration", "1", "--warm-up", "1"])?;
        servers.push((server, accounts, Logins::default()));
    }
    let (bare, bare_url) = bench.tools.start_bare_handler(bench.interrupts)?;
    let bare_pid = bare.id().to_string();

    let duration = bench.scale.seconds.to_string();
    let callers = CALLERS.to_string();
    let common = ["--duration", &duration, "--warm-up", "0", "--concurrency", &callers];
    let (mut floor, mut bare_rate, mut view_rate) = (Vec::new(), Vec::new(), Vec::new());
    let (mut floors, mut view_cpu, mut bare_cpu) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 1..=bench.scale.turns {
        println!("turn {turn} of {}", bench.scale.turns);
        let measured = bench.tools.report(&["floor", "--duration", "1"], bench.interrupts)?;
        floor.push(number(&measured, "/total_us")?);
        floors.push(measured);
        for (server, accounts, logins) in &mut servers {
            let before = server.database.commits();
            let report = server.load_without_errors(bench, "login", accounts, &common)?;
            logins.add(&report, before.zip(server.database.commits()))?;
        }
        let Some((server, accounts, _)) = servers.first() else { continue };
        let accounts_text = accounts.display().to_string();
        let bare_arguments =
            ["login-init", "--url", &bare_url, "--accounts", &accounts_text, "--server-pid", &bare_pid];
        let report = bench.tools.report(&[&bare_arguments[..], &common].concat(), bench.interrupts)?;
        bare_rate.push(number(&report, "/rate")?);
        bare_cpu.push(number(&report, "/server/cpu_us")?);
        let report = server.load_without_errors(bench, "login-init", accounts, &common)?;
        view_rate.push(number(&report, "/rate")?);
        view_cpu.push(number(&report, "/server/cpu_us")?);
    }
    bare.stop(bench.interrupts)?;
    let mut found = Found::default();
    let floor_us = median(&floor);
    let mut cpu_bars = vec![Bar::new("the cryptography alone", floor_us)];
    let mut latency_bars = Vec::new();
    for (server, _, logins) in servers {
        let database = server.database.clone();
        server.stop(bench.interrupts)?;
        let (name, cpu_us) = (database.name(), median(&logins.cpu_us));
        cpu_bars.push(Bar::new(&format!("a login, {name}"), cpu_us));
        for ((percentile, _), samples) in PERCENTILES.iter().zip(&logins.percentiles) {
            latency_bars.push(Bar::new(&format!("{percentile}, {name}"), median(samples) / 1000.0));
        }
        let limit = match database {
            Database::Sqlite(_) => 2.0,
            Database::Postgres { .. } => 3.0,
        };
        found.figures.extend(logins.figures(name, floor_us, limit));
        found.json.insert(format!("logins_{}", database.key()), logins.json());
    }
    let ratio = median(&view_rate) / median(&bare_rate);
    found.figures.push(
        Figure::new("login/initialize without a user, rate beside a bare axum handler's", ratio, "×")
            .within(Limit::AtLeast(0.8)),
    );
    found.json.insert("floor".to_owned(), floors.into());
    found.json.insert(
        "page_views".to_owned(),
        json!({ "rate": view_rate, "cpu_us": view_cpu, "bare_rate": bare_rate, "bare_cpu_us": bare_cpu }),
    );
    let rate_bars =
        [Bar::new("bare axum handler", median(&bare_rate)), Bar::new("login/initialize", median(&view_rate))];
    found.plots = vec![
        ("cpu.svg", plot::bars("CPU of a login, server only", "µs", &cpu_bars)),
        ("rates.svg", plot::bars("Page views a second, 64 callers", "", &rate_bars)),
        ("latencies.svg", plot::bars("Latency of a login, both requests, 64 callers", "ms", &latency_bars)),
    ];
    Ok(found)
}

impl Logins {
    fn add(&mut self, report: &Value, commits: Option<(u32, u32)>) -> Result<(), Failure> {
        self.cpu_us.push(number(report, "/server/cpu_us")?);
        self.rate.push(number(report, "/rate")?);
        for ((_, member), samples) in PERCENTILES.iter().zip(&mut self.percentiles) {
            samples.push(number(report, &format!("/ceremonies/login/{member}"))?);
        }
        if let Some((before, after)) = commits {
            let finalizes = number(report, "/ceremonies/login/count")?;
            self.finalizes_per_commit.push(finalizes / f64::from(after.wrapping_sub(before).max(1)));
        }
        Ok(())
    }

    fn figures(&self, name: &str, floor_us: f64, limit: f64) -> Vec<Figure> {
        let cpu_us = median(&self.cpu_us);
        let mut figures = vec![
            Figure::new(&format!("CPU per login beside its cryptography, {name}"), cpu_us / floor_us, "×")
                .within(Limit::AtMost(limit)),
            Figure::new(&format!("CPU per login, {name}"), cpu_us, "µs"),
            Figure::new(&format!("CPU per login of the quietest turn, {name}"), least(&self.cpu_us), "µs"),
            Figure::new(&format!("logins a second, {CALLERS} callers, {name}"), median(&self.rate), ""),
        ];
        if !self.finalizes_per_commit.is_empty() {
            let per_commit = median(&self.finalizes_per_commit);
            figures.push(
                Figure::new(&format!("finalizes a commit, {CALLERS} callers, {name}"), per_commit, "")
                    .within(Limit::AtLeast(10.0)),
            );
        }
        figures
    }

    fn json(&self) -> Value {
        let [p50, p90, p99, p999] = &self.percentiles;
        json!({
            "cpu_us": self.cpu_us, "rate": self.rate, "finalizes_per_commit": self.finalizes_per_commit,
            "p50_us": p50, "p90_us": p90, "p99_us": p99, "p999_us": p999,
        })
    }
}
