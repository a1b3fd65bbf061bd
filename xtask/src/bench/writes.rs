//! How the store's writes grow with their callers: those who write at once share a commit.

use serde_json::Value;

use super::page::{Figure, Limit};
use super::plot::{self, Bar};
use super::samples::{median, number};
use super::{Bench, CALLERS, Found};
use crate::failure::Failure;

const COUNTS: [u32; 4] = [1, 8, CALLERS, 256];

pub(super) fn measure(bench: &Bench<'_>) -> Result<Found, Failure> {
    Bench::heading("writes to the store");
    let seconds = (bench.scale.seconds / 4.0).max(0.5);
    let report = bench.tools.throughput(seconds, &bench.make_new("data/writes")?, bench.interrupts)?;
    let all = report.as_array().map(Vec::as_slice).unwrap_or_default();
    let of = |callers: u32, member: &str| -> Result<f64, Failure> {
        let some: Vec<&Value> = all.iter().filter(|measured| measured["callers"] == callers).collect();
        let samples =
            some.into_iter().map(|measured| number(measured, member)).collect::<Result<Vec<_>, _>>();
        Ok(median(&samples?))
    };
    let ratio = of(CALLERS, "/per_second")? / of(1, "/per_second")?;
    let bars = COUNTS.map(|callers| {
        let caller = if callers == 1 { "caller" } else { "callers" };
        of(callers, "/per_second").map(|rate| Bar::new(&format!("{callers} {caller}"), rate))
    });
    let bars = bars.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Found {
        figures: vec![
            Figure::new("writes to SQLite, 64 callers beside one", ratio, "×").within(Limit::AtLeast(8.0)),
            Figure::new("writes to SQLite a second, one caller", of(1, "/per_second")?, ""),
        ],
        json: [("writes".to_owned(), report)].into_iter().collect(),
        plots: vec![("writes.svg", plot::bars("Finished logins a second, SQLite, store alone", "", &bars))],
    })
}
