//! What a hundred thousand tenants cost where nearly all are idle: memory, the start, and the others' latency.

use std::path::Path;

use serde_json::json;

use super::page::{Figure, Limit};
use super::samples::{median, number};
use super::server::{Database, Server};
use super::{Bench, Found};
use crate::failure::Failure;

pub(super) fn measure(bench: &Bench<'_>) -> Result<Found, Failure> {
    let (tenants, touched) = (bench.scale.tenants, bench.scale.touched);
    Bench::heading(&format!("{tenants} tenants beside one"));
    let folder = bench.make_new("data/tenants")?;
    let file = |name: &str| folder.join(name);
    let database = |name: &str| Database::Sqlite(folder.join(name));
    let (empty, one, many) = (database("empty.db"), database("one.db"), database("many.db"));

    println!("making them");
    populate(bench, &one, 1, touched, &file("one.jsonl"))?;
    populate(bench, &many, tenants, tenants, &file("many.jsonl"))?;

    let (mut start_empty, mut start_many) = (Vec::new(), Vec::new());
    for _ in 0..=bench.scale.turns {
        for (database, starts) in [(&empty, &mut start_empty), (&many, &mut start_many)] {
            let server = Server::start(bench, database)?;
            starts.push(server.began_in.as_secs_f64() * 1000.0);
            server.stop(bench.interrupts)?;
        }
    }
    // The first start of a database makes its tables.
    start_empty.remove(0);
    start_many.remove(0);

    let (server_one, server_many) = (Server::start(bench, &one)?, Server::start(bench, &many)?);
    let (rate, seconds) = (bench.scale.paced_rate.to_string(), bench.scale.seconds.to_string());
    let paced = ["--rate", &rate, "--duration", &seconds];
    let some = touched.to_string();
    let of_many = [&paced[..], &["--use-tenants", &some]].concat();
    let (mut p99_one, mut p99_many, mut resident) = (Vec::new(), Vec::new(), Vec::new());
    // One time in a hundred is soon decided by what else the machine does.
    let turns = 3 * bench.scale.turns;
    for turn in 1..=turns {
        println!("turn {turn} of {turns}");
        let report = server_one.load_without_errors(bench, "login", &file("one.jsonl"), &paced)?;
        p99_one.push(number(&report, "/ceremonies/login/p99_us")?);
        let report = server_many.load_without_errors(bench, "login", &file("many.jsonl"), &of_many)?;
        p99_many.push(number(&report, "/ceremonies/login/p99_us")?);
        resident.push(number(&report, "/server/resident_bytes")? / 1e6);
    }
    server_one.stop(bench.interrupts)?;
    server_many.stop(bench.interrupts)?;

    let resident_most = resident.iter().copied().fold(0.0, f64::max);
    let later = median(&start_many) - median(&start_empty);
    let slower = median(&p99_many) / median(&p99_one);
    let name = |what: &str| format!("{what}, {tenants} tenants");
    Ok(Found {
        figures: vec![
            Figure::new(&name(&format!("resident memory, {touched} touched")), resident_most, "MB")
                .within(Limit::AtMost(150.0)),
            Figure::new(&name("p99 login latency beside one tenant's"), slower, "×")
                .within(Limit::AtMost(1.25)),
            Figure::new(&name("p99 login latency"), median(&p99_many) / 1000.0, "ms"),
            Figure::new(&name("start, later than an empty database's"), later, "ms")
                .within(Limit::AtMost(100.0)),
            Figure::new("start, empty database", median(&start_empty), "ms").within(Limit::AtMost(100.0)),
        ],
        json: [(
            "tenants".to_owned(),
            json!({
                "tenants": tenants, "touched": touched, "paced_rate": bench.scale.paced_rate,
                "start_empty_ms": start_empty, "start_ms": start_many,
                "p99_one_us": p99_one, "p99_us": p99_many, "resident_mb": resident,
            }),
        )]
        .into_iter()
        .collect(),
        plots: Vec::new(),
    })
}

fn populate(
    bench: &Bench<'_>,
    database: &Database,
    tenants: u32,
    users: u32,
    accounts: &Path,
) -> Result<(), Failure> {
    let server = Server::start(bench, database)?;
    server.populate(bench, tenants, users, accounts)?;
    server.stop(bench.interrupts)
}
