//! What a login costs beside its cryptography, and a page view beside a bare handler.

use std::path::Path;

use serde_json::{Value, json};

use super::engine::Engine;
use super::page::{Figure, Limit};
use super::plot::{self, Bar};
use super::samples::{least, median, number};
use super::server::{Database, Server};
use super::{Bench, CALLERS, Found};
use crate::failure::Failure;

/// What was measured on one database, a value for each turn.
#[derive(Default)]
struct Logins {
    /// What the load generator reports of the cryptography, with nothing else running.
    alone: Vec<Value>,
    /// The same, meanwhile.
    floors: Vec<Value>,
    cpu_us: Vec<f64>,
    rate: Vec<f64>,
    finalizes_per_commit: Vec<f64>,
    percentiles: [Vec<f64>; 4],
}

const PERCENTILES: [(&str, &str); 4] =
    [("p50", "p50_us"), ("p90", "p90_us"), ("p99", "p99_us"), ("p99.9", "p999_us")];

pub(super) fn measure(bench: &Bench<'_>) -> Result<Found, Failure> {
    let folder = bench.make_new("data/logins")?;
    let mut found = Found::default();
    let (mut cpu_bars, mut latency_bars) = (Vec::new(), Vec::new());
    bench.on_each(&folder, |engine| {
        let database = engine.database("logins");
        Bench::heading(&format!("logins, {}", database.name()));
        let accounts = folder.join(format!("{}-accounts.jsonl", database.key()));
        let logins = Logins::measure(bench, &database, &accounts)?;
        if cpu_bars.is_empty() {
            cpu_bars.push(Bar::new("the cryptography alone", logins.floor_us()?));
        }
        cpu_bars.push(Bar::new(&format!("a login, {}", database.name()), median(&logins.cpu_us)));
        for ((percentile, _), samples) in PERCENTILES.iter().zip(&logins.percentiles) {
            let name = format!("{percentile}, {}", database.name());
            latency_bars.push(Bar::new(&name, median(samples) / 1000.0));
        }
        found.figures.extend(logins.figures(&database)?);
        found.json.insert(format!("logins_{}", database.key()), logins.json());
        if let Engine::Sqlite(_) = engine {
            measure_page_views(bench, &database, &accounts, &mut found)?;
        }
        Ok(())
    })?;
    found.plots.extend([
        ("cpu.svg", plot::bars("CPU of a login, server only", "µs", &cpu_bars)),
        ("latencies.svg", plot::bars("Latency of a login, both requests, 64 callers", "ms", &latency_bars)),
    ]);
    Ok(found)
}

/// A page asks for options before anybody says who they are: beside a handler that has them ready.
fn measure_page_views(
    bench: &Bench<'_>,
    database: &Database,
    accounts: &Path,
    found: &mut Found,
) -> Result<(), Failure> {
    Bench::heading("page views");
    let server = Server::start(bench, database)?;
    let (bare, bare_url) = bench.tools.start_bare_handler(bench.interrupts)?;
    let (bare_pid, accounts_text) = (bare.id().to_string(), accounts.display().to_string());
    let (duration, callers) = (bench.scale.seconds.to_string(), CALLERS.to_string());
    let common = ["--duration", &duration, "--concurrency", &callers];
    let bare_arguments =
        ["login-init", "--url", &bare_url, "--accounts", &accounts_text, "--server-pid", &bare_pid];
    let (mut bare_rate, mut view_rate) = (Vec::new(), Vec::new());
    let (mut bare_cpu, mut view_cpu) = (Vec::new(), Vec::new());
    for turn in 1..=bench.scale.turns {
        println!("turn {turn} of {}", bench.scale.turns);
        let report = bench.tools.report(&[&bare_arguments[..], &common].concat(), bench.interrupts)?;
        bare_rate.push(number(&report, "/rate")?);
        bare_cpu.push(number(&report, "/server/cpu_us")?);
        let report = server.load_without_errors(bench, "login-init", accounts, &common)?;
        view_rate.push(number(&report, "/rate")?);
        view_cpu.push(number(&report, "/server/cpu_us")?);
    }
    bare.stop(bench.interrupts)?;
    server.stop(bench.interrupts)?;
    let ratio = median(&view_rate) / median(&bare_rate);
    let name = "login/initialize without a user, rate beside a bare axum handler's";
    found.figures.push(Figure::new(name, ratio, "×").within(Limit::AtLeast(0.8)));
    let rates =
        [Bar::new("bare axum handler", median(&bare_rate)), Bar::new("login/initialize", median(&view_rate))];
    found.plots.push(("rates.svg", plot::bars("Page views a second, 64 callers", "", &rates)));
    found.json.insert(
        "page_views".to_owned(),
        json!({ "rate": view_rate, "cpu_us": view_cpu, "bare_rate": bare_rate, "bare_cpu_us": bare_cpu }),
    );
    Ok(())
}

impl Logins {
    /// Makes users, and has them log in, and measures their logins' cryptography meanwhile.
    fn measure(bench: &Bench<'_>, database: &Database, accounts: &Path) -> Result<Self, Failure> {
        let server = Server::start(bench, database)?;
        server.populate(bench, 1, bench.scale.users, accounts)?;
        // What is warm then stays so.
        server.load_without_errors(bench, "login", accounts, &["--duration", "1", "--warm-up", "1"])?;
        let (duration, callers) = (bench.scale.seconds.to_string(), CALLERS.to_string());
        let arguments = ["--duration", &duration, "--warm-up", "0", "--concurrency", &callers, "--floor"];
        let mut logins = Self::default();
        for turn in 1..=bench.scale.turns {
            println!("turn {turn} of {}", bench.scale.turns);
            logins.alone.push(bench.tools.report(&["floor", "--duration", "1"], bench.interrupts)?);
            let before = database.commits();
            let report = server.load_without_errors(bench, "login", accounts, &arguments)?;
            logins.add(&report, before.zip(database.commits()))?;
        }
        server.stop(bench.interrupts)?;
        Ok(logins)
    }

    fn add(&mut self, report: &Value, commits: Option<(u32, u32)>) -> Result<(), Failure> {
        self.cpu_us.push(number(report, "/server/cpu_us")?);
        self.floors.push(report["floor"].clone());
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

    fn floor_us(&self) -> Result<f64, Failure> {
        Ok(median(&totals(&self.floors)?))
    }

    fn figures(&self, database: &Database) -> Result<Vec<Figure>, Failure> {
        let name = database.name();
        let floors = totals(&self.floors)?;
        let ratios: Vec<f64> = self.cpu_us.iter().zip(&floors).map(|(cpu, floor)| cpu / floor).collect();
        let limit = match database {
            Database::Sqlite(_) => 2.0,
            Database::Postgres { .. } => 3.0,
        };
        let mut figures = vec![
            Figure::new(&format!("CPU per login beside its cryptography, {name}"), median(&ratios), "×")
                .within(Limit::AtMost(limit)),
            Figure::new(&format!("CPU per login, {name}"), median(&self.cpu_us), "µs"),
            Figure::new(&format!("CPU per login of the quietest turn, {name}"), least(&self.cpu_us), "µs"),
            Figure::new(&format!("a login's cryptography meanwhile, {name}"), median(&floors), "µs"),
            Figure::new(
                &format!("a login's cryptography with nothing else running, {name}"),
                median(&totals(&self.alone)?),
                "µs",
            ),
            Figure::new(&format!("logins a second, {CALLERS} callers, {name}"), median(&self.rate), ""),
        ];
        if !self.finalizes_per_commit.is_empty() {
            let per_commit = median(&self.finalizes_per_commit);
            figures.push(
                Figure::new(&format!("finalizes a commit, {CALLERS} callers, {name}"), per_commit, "")
                    .within(Limit::AtLeast(10.0)),
            );
        }
        Ok(figures)
    }

    fn json(&self) -> Value {
        let [p50, p90, p99, p999] = &self.percentiles;
        json!({
            "alone": self.alone, "floor": self.floors, "cpu_us": self.cpu_us, "rate": self.rate, "finalizes_per_commit": self.finalizes_per_commit,
            "p50_us": p50, "p90_us": p90, "p99_us": p99, "p999_us": p999,
        })
    }
}

/// What all of the cryptography took, of each report of it.
fn totals(floors: &[Value]) -> Result<Vec<f64>, Failure> {
    floors.iter().map(|floor| number(floor, "/total_us")).collect()
}
