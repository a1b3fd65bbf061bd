//! Numbers out of reports, and what is made of several.

use serde_json::Value;

use crate::failure::Failure;

/// The number at a path (RFC 6901) of a report.
pub(super) fn number(report: &Value, path: &str) -> Result<f64, Failure> {
    let number = report.pointer(path).and_then(Value::as_f64);
    number.ok_or_else(|| Failure::Because(format!("a report has no number at {path}")))
}

/// The median, which one turn that was disturbed doesn't move.
pub(super) fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The least: what else a machine does only ever adds to what something takes.
pub(super) fn least(samples: &[f64]) -> f64 {
    samples.iter().copied().fold(f64::NAN, f64::min)
}

/// With as many digits as say something, and commas between thousands.
pub(super) fn shown(number: f64) -> String {
    if number.abs() < 100.0 && number.fract() != 0.0 {
        return format!("{number:.2}");
    }
    let whole = format!("{number:.0}");
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole.as_str()), |digits| ("-", digits));
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_or_between_the_two() {
        assert!((median(&[3.0, 1.0, 100.0]) - 3.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 100.0, 2.0]) - 3.0).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn the_least_is_none_of_nothing() {
        assert!((least(&[3.0, 1.0, 100.0]) - 1.0).abs() < f64::EPSILON);
        assert!(least(&[]).is_nan());
    }

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        assert_eq!(
            [0.5, 99.994, 1234.5, 12_345_678.0, -1000.0].map(shown),
            ["0.50", "99.99", "1,234", "12,345,678", "-1,000"]
        );
    }

    #[test]
    fn a_number_that_is_missing_is_named() {
        let report = serde_json::json!({"server": {"cpu_us": 150.5}});
        assert!((number(&report, "/server/cpu_us").unwrap() - 150.5).abs() < f64::EPSILON);
        let problem = number(&report, "/rate").unwrap_err().to_string();
        assert_eq!(problem, "a report has no number at /rate");
    }
}
