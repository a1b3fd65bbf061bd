//! The figures, as a table and as a page.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::samples::shown;

/// One result.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    name: String,
    value: f64,
    unit: String,
    limit: Option<Limit>,
}

/// What must hold of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub(super) fn new(name: &str, value: f64, unit: &str) -> Self {
        Self { name: name.to_owned(), value, unit: unit.to_owned(), limit: None }
    }

    /// What [`Self::json`] wrote.
    pub(super) fn from_json(figure: &Value) -> Option<Self> {
        let limit = |member: &str| figure["limit"][member].as_f64();
        let limit = limit("at_most").map(Limit::AtMost).or_else(|| limit("at_least").map(Limit::AtLeast));
        let (name, unit) = (figure["name"].as_str()?, figure["unit"].as_str()?);
        Some(Self { limit, ..Self::new(name, figure["value"].as_f64()?, unit) })
    }

    pub(super) fn within(self, limit: Limit) -> Self {
        Self { limit: Some(limit), ..self }
    }

    fn holds(&self) -> Option<bool> {
        self.limit.map(|limit| match limit {
            Limit::AtMost(most) => self.value <= most,
            Limit::AtLeast(least) => self.value >= least,
        })
    }

    fn row(&self, commit: &str) -> [String; 5] {
        let with_unit = |number: f64| match self.unit.as_str() {
            "" => shown(number),
            "×" => format!("{} ×", shown(number)),
            unit => format!("{} {unit}", shown(number)),
        };
        let limit = self.limit.map_or(String::new(), |limit| match limit {
            Limit::AtMost(most) => format!("at most {}", with_unit(most)),
            Limit::AtLeast(least) => format!("at least {}", with_unit(least)),
        });
        let holds = match self.holds() {
            None => "",
            Some(true) => "yes",
            Some(false) => "**no**",
        };
        [self.name.clone(), with_unit(self.value), limit, holds.to_owned(), commit.to_owned()]
    }

    pub(super) fn json(&self) -> Value {
        let limit = self.limit.map(|limit| match limit {
            Limit::AtMost(most) => json!({ "at_most": most }),
            Limit::AtLeast(least) => json!({ "at_least": least }),
        });
        json!({
            "name": self.name, "value": self.value, "unit": self.unit, "limit": limit, "holds": self.holds(),
        })
    }
}

/// A table that people read on a terminal and in Markdown, of figures and the commits they are of.
pub(super) fn table<'a>(figures: impl Iterator<Item = (Figure, &'a str)>) -> String {
    let head = ["what", "measured", "to be", "holds", "at"].map(str::to_owned);
    let rows: Vec<_> =
        std::iter::once(head).chain(figures.map(|(figure, commit)| figure.row(commit))).collect();
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default().max(3);
    let widths = [0, 1, 2, 3, 4].map(width);
    let mut text = String::new();
    for (place, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
        if place == 0 {
            for width in widths {
                let _ = write!(text, "|{}", "-".repeat(width + 2));
            }
            text.push_str("|\n");
        }
    }
    text
}

/// `docs/benchmarks/README.md`.
pub(super) fn page(table: &str, machine: &Value, plots: &[&str]) -> String {
    let of = |member: &str| machine[member].as_str().unwrap_or("unknown").to_owned();
    let mut images = String::new();
    for plot in plots {
        let (name, _) = plot.split_once('.').unwrap_or((plot, ""));
        let _ = writeln!(images, "![{}]({plot})\n", name.replace('-', ", "));
    }
    format!(
        "\
# Benchmarks

Written by `cargo xtask bench`; [latest.json](latest.json) has every turn of every measurement.

Made on {}, {} cores, Linux {}; the last column has the commit. The load generator runs on the same cores as the server.

{table}
{images}## What is measured

- **The binary** is that of `cargo xtask release`: built by what it was counted to do under load.
- **The cryptography of a login**: one P-256 verification, one ES256 signature, and the hashes (the challenge's tag
  twice, SHA-256 of client data and RP ID), with aws-lc-rs on one thread, in CPU time. No server that uses it can be
  cheaper. It is measured while the logins are, on the same cores: the load generator does eight of each fifty times a
  second, of 256 passkeys in turn. Whoever shares a machine's cores slows both the server and this, by a third within
  seconds (67 to 90 µs, with nothing else running here); of a single signature, which no login's is, the verification
  took 50 µs instead of 55, since processors learn its branches.
- **CPU per login**: what the server's process alone used, by a closed loop of 64 callers, over the logins that were
  completed. A login is both requests: the challenge, the verification, the durable commit and the token. Of PostgreSQL's
  own processes nothing is counted. The ratio is the median of the turns' ratios.
- **A bare axum handler** reads the same JSON and answers options that never change, to the same client with the same
  connections.
- **Finalizes a commit**: logins over the transactions that SQLite counted meanwhile in the index of its log.
- **Writes**: the store alone, without HTTP, `synchronous=FULL`.
- **Tenants**: each has a user with a passkey. Latencies are those of logins at an even rate, counted from when a login
  was due, spread over the touched tenants, beside the same rate at one tenant with as many users, in fifteen turns.
- **Millions**: one tenant, whose passkeys were used before, lately; each login is most likely the first of its passkey
  since the server started, and reads it from the file. A passkey's first login in a week writes to an index besides,
  which costs two more pages of ten million's (`passgate-loadgen seed --last-used` makes such ones): not in the ratio.
- **Lists**: the median of 20 first pages over HTTP, of the slowest list; each list is in [lists.md](lists.md), once it
  was measured. What looks for part of a text and says how many there are in all, as the contract has it, is apart.
- What is compared takes turns, and medians are shown. Ratios say more than absolute figures: both sides are of one
  machine and one run. Of the CPU per login the quietest turn stands beside the median: what else the machine does, and
  those who share it, only ever add to it.
- PostgreSQL runs only while it is measured: after a load it vacuums and writes for minutes.

## Again

```sh
cargo xtask bench                     # about 15 minutes; nothing else may run
cargo xtask bench --quick             # under two minutes: whether the bench works; its figures say nothing
cargo xtask bench --large             # and 10 million credentials in SQLite, 1 million in PostgreSQL
cargo xtask bench --lists             # and every list of 50,000 users and 2 million audit rows
cargo xtask bench --soak 20           # and 20 minutes of mixed load
cargo xtask bench --kills 100         # and `kill -9` a hundred times on each database
cargo xtask bench --profile           # and the flame graph
cargo xtask bench --alone --soak 20   # that alone; the rest stays as it was measured
cargo bench -p passgate-webauthn -p passgate-core -p passgate-store      # the hot functions by themselves
```

The load generator drives any server of the Passkey API by its plain contract:

```sh
cargo build --release -p passgate-loadgen
export LOADGEN_ADMIN_TOKEN=…          # for servers that ask for one
passgate-loadgen login --url http://127.0.0.1:8000 --admin-url http://127.0.0.1:8001 \\
    --users 10000 --concurrency 64 --duration 30 --server-pid $(pidof passgate)
passgate-loadgen register --admin-url http://127.0.0.1:8001 --tenants 100 --count 5000 --write-accounts accounts.jsonl
passgate-loadgen mixed --accounts accounts.jsonl --rate 2000 --ledger ledger.jsonl
passgate-loadgen verify-ledger ledger.jsonl      # after the server was killed, and started again
passgate-loadgen seed --count 10000000 --accounts seeded.jsonl | passgate import -
passgate-loadgen login --accounts seeded.jsonl
```

Passgate has to run with `--rate-limits off`, since all callers share an address.
",
        of("cpu"),
        machine["cores"],
        of("kernel"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_holds() {
        let figures = [
            Figure::new("CPU", 2.5, "×").within(Limit::AtMost(2.0)),
            Figure::new("rate", 12_000.0, "").within(Limit::AtLeast(10.0)),
            Figure::new("start", 5.0, "ms"),
        ];
        let expected = "\
| what  | measured | to be       | holds  | at     |
|-------|----------|-------------|--------|--------|
| CPU   | 2.50 ×   | at most 2 × | **no** | abc123 |
| rate  | 12,000   | at least 10 | yes    | abc123 |
| start | 5 ms     |             |        | abc123 |
";
        assert_eq!(table(figures.iter().map(|figure| (figure.clone(), "abc123"))), expected);
        let again = figures.iter().map(|figure| (Figure::from_json(&figure.json()).unwrap(), "abc123"));
        assert_eq!(table(again), expected, "what was kept reads as it was");
        assert_eq!(figures[0].json()["holds"], false);
        // A measurement that failed holds nothing.
        assert_eq!(Figure::new("x", f64::NAN, "").within(Limit::AtMost(1.0)).holds(), Some(false));
    }
}
