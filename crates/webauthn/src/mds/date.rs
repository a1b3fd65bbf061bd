//! Dates as the service writes them (ISO 8601).

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// The start of a day `YYYY-MM-DD`, in seconds since 1970 in UTC; `None` where it isn't one.
pub(super) fn day_start(text: &str) -> Option<i64> {
    let (year, month, day) = match text.as_bytes() {
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => {
            (number(y)?, number(&[*m1, *m2])?, number(&[*d1, *d2])?)
        }
        _ => return None,
    };
    if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    // Days of years that begin in March, so that the leap day is the last.
    let (shifted_year, shifted_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days_before_year = 365 * shifted_year + shifted_year.div_euclid(4) - shifted_year.div_euclid(100)
        + shifted_year.div_euclid(400);
    let days = days_before_year + (153 * shifted_month + 2) / 5 + day - 1;
    // From 1 March of the year 0 to 1 January 1970.
    Some((days - 719_468) * SECONDS_OF_A_DAY)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

const fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::day_start;

    #[test]
    fn a_date_is_the_second_that_it_begins_with() {
        for (date, seconds) in [
            ("1970-01-01", 0),
            ("1969-12-31", -86_400),
            ("2000-02-29", 951_782_400),
            ("2021-12-01", 1_638_316_800),
            ("2024-03-01", 1_709_251_200),
            ("2027-01-15", 1_799_971_200),
        ] {
            assert_eq!(day_start(date), Some(seconds), "{date}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2021-12",
            "2021-13-01",
            "2021-00-01",
            "2021-02-29",
            "2100-02-29",
            "2021-04-31",
            "2021-12-00",
            "2021-12-1",
            "21-12-01",
            "2021/12/01",
            "2021-12-01T00:00:00Z",
            "+021-12-01",
            "2021-1a-01",
        ] {
            assert_eq!(day_start(text), None, "{text}");
        }
    }
}
