//! What a run found, for programs and for people.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::floor::Floor;

/// The result of a load. As JSON it is stable: members are added, and none changes its meaning.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `passgate-loadgen-report`.
    pub format: &'static str,
    /// 1.
    pub version: u32,
    /// `register`, `login`, `login-init` or `mixed`.
    pub phase: &'static str,
    /// How many callers there were at once.
    pub concurrency: u32,
    /// Ceremonies that were to begin in a second; none where each caller began one after the other.
    pub intended_rate: Option<f64>,
    /// How many tenants were called.
    pub tenants: u64,
    /// How many accounts could log in.
    pub accounts: u64,
    /// The seed of the passkeys.
    pub seed: u64,
    /// How long was measured, warm-up left out.
    pub seconds: f64,
    /// Ceremonies that came to their end.
    pub completed: u64,
    /// Ceremonies that did not.
    pub failed: u64,
    /// Ceremonies that were due and not begun, because all callers were busy until the end.
    pub not_begun: u64,
    /// Completed ceremonies a second.
    pub rate: f64,
    /// From when a ceremony was to begin to its last answer, by kind, completed ones alone.
    pub ceremonies: BTreeMap<&'static str, Latency>,
    /// From sending a request to its answer, by route, all of them.
    pub requests: BTreeMap<&'static str, Latency>,
    /// What went wrong, most frequent first.
    pub errors: Vec<ErrorCount>,
    /// The server's process, where it is known.
    pub server: Option<ProcessUse>,
    /// What the cryptography of a login took meanwhile, where that was asked for: means.
    pub floor: Option<Floor>,
    /// CPU of the load generator, in microseconds a completed ceremony.
    pub loadgen_cpu_us: Option<f64>,
}

/// Latencies, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Latency {
    /// How many there were.
    pub count: u64,
    /// The least.
    pub min_us: u64,
    /// Their mean.
    pub mean_us: f64,
    /// The median.
    pub p50_us: u64,
    /// Nine of ten are no longer.
    pub p90_us: u64,
    /// 99 of 100 are no longer.
    pub p99_us: u64,
    /// 999 of 1,000 are no longer.
    pub p999_us: u64,
    /// The greatest.
    pub max_us: u64,
}

impl Latency {
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        Self {
            count: histogram.len(),
            min_us: histogram.min(),
            mean_us: histogram.mean(),
            p50_us: histogram.value_at_quantile(0.5),
            p90_us: histogram.value_at_quantile(0.9),
            p99_us: histogram.value_at_quantile(0.99),
            p999_us: histogram.value_at_quantile(0.999),
            max_us: histogram.max(),
        }
    }
}

/// A kind of failure, and how often it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorCount {
    /// The route.
    pub step: &'static str,
    /// The status; none where no answer came.
    pub status: Option<u16>,
    /// The answer's code, where the server has codes, or what became of the connection.
    pub code: Option<String>,
    /// How often.
    pub count: u64,
}

impl fmt::Display for ErrorCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.step)?;
        self.status.map_or(Ok(()), |status| write!(f, " {status}"))?;
        self.code.as_ref().map_or(Ok(()), |code| write!(f, " {code}"))
    }
}

/// What a process used.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ProcessUse {
    /// Its number.
    pub pid: u32,
    /// Its CPU time while it was measured, in seconds.
    pub cpu_seconds: f64,
    /// The same, in microseconds a completed ceremony.
    pub cpu_us: f64,
    /// Its resident memory at the end, in bytes.
    pub resident_bytes: u64,
    /// The most that it ever had.
    pub peak_resident_bytes: u64,
}

impl Report {
    /// A table for people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a `String` can't fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        let pace =
            self.intended_rate.map_or("one after the other".to_owned(), |rate| format!("{rate} a second"));
        writeln!(
            text,
            "{}: {} callers, {pace}, {} tenants, {} accounts (seed {})",
            self.phase, self.concurrency, self.tenants, self.accounts, self.seed
        )?;
        writeln!(
            text,
            "{} completed in {:.2} s: {:.0} a second; {} failed, {} not begun",
            self.completed, self.seconds, self.rate, self.failed, self.not_begun
        )?;
        let row = |text: &mut String, name: &str, columns: [String; 7]| {
            write!(text, "{name:24}")?;
            columns.iter().try_for_each(|column| write!(text, " {column:>9}"))?;
            writeln!(text)
        };
        let heads = ["count", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms", "mean ms"];
        row(text, "", heads.map(str::to_owned))?;
        for (name, latency) in self.ceremonies.iter().chain(&self.requests) {
            let Latency { count, mean_us, p50_us, p90_us, p99_us, p999_us, max_us, .. } = *latency;
            let [p50, p90, p99, p999, max] = [p50_us, p90_us, p99_us, p999_us, max_us].map(millis);
            let mean = format!("{:.2}", mean_us / 1000.0);
            row(text, name, [count.to_string(), p50, p90, p99, p999, max, mean])?;
        }
        for error in &self.errors {
            writeln!(text, "error: {error}: {}", error.count)?;
        }
        if let Some(server) = &self.server {
            writeln!(
                text,
                "server: {:.1} µs CPU a ceremony, {} MB resident ({} MB at most)",
                server.cpu_us,
                server.resident_bytes / 1_000_000,
                server.peak_resident_bytes / 1_000_000
            )?;
        }
        if let Some(floor) = &self.floor {
            writeln!(text, "cryptography of a login, meanwhile: {floor}")?;
        }
        if let Some(own) = self.loadgen_cpu_us {
            writeln!(text, "load generator: {own:.1} µs CPU a ceremony")?;
        }
        Ok(())
    }
}

fn millis(micros: u64) -> String {
    format!("{}.{:02}", micros / 1000, micros % 1000 / 10)
}
