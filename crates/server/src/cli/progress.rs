//! A line that shows how far something long has come, for a person at a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use passgate_transfer::{Progress, Unit};

/// How often the line is drawn anew.
const REDRAWN_EVERY: Duration = Duration::from_millis(100);
/// How many characters the bar has.
const WIDTH: u64 = 24;

/// The line. It is gone when this value is.
pub(crate) struct ProgressLine {
    /// None where nobody looks: the output is JSON, or goes to a file.
    began: Option<Instant>,
    drawn: Option<Instant>,
}

impl ProgressLine {
    /// A line on standard error, unless `json`.
    pub(crate) fn new(json: bool) -> Self {
        let visible = !json && io::stderr().is_terminal();
        Self { began: visible.then(Instant::now), drawn: None }
    }

    /// Shows how far it has come.
    pub(crate) fn show(&mut self, progress: Progress) {
        let Some(began) = self.began else { return };
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAWN_EVERY) {
            return;
        }
        self.drawn = Some(Instant::now());
        // The terminal may be gone; then nobody looks.
        let _ = write!(io::stderr(), "\r\x1b[2K{}", line(progress, began.elapsed()));
        let _ = io::stderr().flush();
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[2K");
            let _ = io::stderr().flush();
        }
    }
}

fn line(progress: Progress, elapsed: Duration) -> String {
    let amount = |count: u64| match progress.unit {
        Unit::Rows => grouped(count),
        Unit::Bytes => format!("{} MB", grouped(count.div_ceil(1_000_000))),
    };
    let rows = if progress.unit == Unit::Rows { " rows" } else { "" };
    let done = progress.done;
    match progress.total {
        Some(total) if total > 0 => {
            let done = done.min(total);
            // A count of rows or bytes times 100 fits; what would not is shown as done.
            let part = |of: u64| done.checked_mul(of).map_or(of, |product| product / total);
            let filled = usize::try_from(part(WIDTH)).unwrap_or_default();
            let empty = usize::try_from(WIDTH).unwrap_or_default() - filled;
            let left = match done {
                0 => String::new(),
                _ => format!(", {} s left", elapsed.mul_f64(ratio(total - done, done)).as_secs()),
            };
            format!(
                "[{}{}] {:3} %  {} of {}{rows}{left}",
                "#".repeat(filled),
                " ".repeat(empty),
                part(100),
                amount(done),
                amount(total)
            )
        }
        _ => format!("{}{rows}", amount(done)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate is not that precise")]
fn ratio(left: u64, done: u64) -> f64 {
    left as f64 / done as f64
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_is_done_and_how_long_the_rest_will_take() {
        let rows = Progress { done: 62_500, total: Some(250_000), unit: Unit::Rows };
        assert_eq!(
            line(rows, Duration::from_secs(5)),
            "[######                  ]  25 %  62,500 of 250,000 rows, 15 s left"
        );
        let bytes = Progress { done: 12_000_000, total: Some(12_000_000), unit: Unit::Bytes };
        assert_eq!(
            line(bytes, Duration::from_secs(5)),
            "[########################] 100 %  12 MB of 12 MB, 0 s left"
        );
        let unknown = Progress { done: 1_500_000, total: None, unit: Unit::Bytes };
        assert_eq!(line(unknown, Duration::from_secs(5)), "2 MB");
        let nothing = Progress { done: 0, total: Some(0), unit: Unit::Rows };
        assert_eq!(line(nothing, Duration::ZERO), "0 rows");
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
