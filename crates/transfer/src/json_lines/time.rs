//! Times: RFC 3339, UTC, with milliseconds.

use std::fmt;

use passgate_core::clock::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A moment in a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time(pub(super) Timestamp);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Fails outside of the years 0 to 9999, where no stored time is: none that is read here, or told by a clock.
        let text = self.0.to_date_time().format(MILLISECONDS).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = OffsetDateTime::parse(&text, &Rfc3339)
            .map_err(|_| serde::de::Error::custom("a time is not RFC 3339"))?;
        let millis = moment.unix_timestamp_nanos().div_euclid(1_000_000);
        // A year has four digits in RFC 3339, so that the milliseconds fit.
        i64::try_from(millis)
            .map(|millis| Self(Timestamp::from_millis(millis)))
            .map_err(|_| serde::de::Error::custom("a time is out of range"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_milliseconds_and_is_read_as_it_was_written() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_800_000_000_123, "2027-01-15T08:00:00.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Time(Timestamp::from_millis(millis)).to_string(), text);
            let read: Time = serde_json::from_str(&format!("{text:?}")).unwrap();
            assert_eq!(read.0, Timestamp::from_millis(millis));
        }
    }

    #[test]
    fn any_offset_is_read_and_less_than_a_millisecond_cut() {
        let read: Time = serde_json::from_str(r#""2027-01-15T09:00:00.1239+01:00""#).unwrap();
        assert_eq!(read.0, Timestamp::from_millis(1_800_000_000_123));
        assert!(serde_json::from_str::<Time>(r#""2027-01-15""#).is_err());
    }
}
