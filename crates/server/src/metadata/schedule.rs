//! When the list is fetched: a function of what became of the last attempt, the time and randomness.

use std::time::Duration;

use passgate_core::clock::Timestamp;
use passgate_core::rng::{Rng, random_bytes};

/// How often, as long as the next list is not to be expected.
const USUAL: Duration = Duration::from_hours(24);

/// How often from a day before the next list is to come.
const EXPECTING: Duration = Duration::from_hours(1);

/// The pause after a failure; it doubles with each more, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// When to fetch again after a list was taken whose successor comes at `next_update`.
pub(super) fn after_success(now: Timestamp, next_update: Timestamp, rng: &(impl Rng + ?Sized)) -> Timestamp {
    let interval = if next_update <= now + USUAL { EXPECTING } else { USUAL };
    now + earlier(interval, rng)
}

/// When to fetch again after so many failures in a row, at least one.
pub(super) fn after_failure(now: Timestamp, failures: u32, rng: &(impl Rng + ?Sized)) -> Timestamp {
    let doublings = failures.saturating_sub(1).min(10);
    now + earlier((FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE), rng)
}

/// Up to a fifth less, so that many servers don't come at once.
fn earlier(interval: Duration, rng: &(impl Rng + ?Sized)) -> Duration {
    let share = u32::from(u16::from_be_bytes(random_bytes(rng)));
    interval.saturating_sub(interval / 5 * share / u32::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Randomness that is all the same.
    struct Always(u8);

    impl Rng for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const LEAST: Always = Always(0xff);
    const MOST: Always = Always(0);

    #[test]
    fn a_list_is_fetched_daily_and_hourly_once_its_successor_is_to_be_expected() {
        let later = NOW + Duration::from_hours(24 * 10);
        let minutes = |at: Timestamp| at.since(NOW).as_secs() / 60;
        assert_eq!(minutes(after_success(NOW, later, &MOST)), 24 * 60);
        assert_eq!(minutes(after_success(NOW, later, &LEAST)), 24 * 60 * 4 / 5);
        for next_update in [NOW + USUAL, NOW, NOW - USUAL] {
            assert_eq!(minutes(after_success(NOW, next_update, &MOST)), 60);
            assert_eq!(minutes(after_success(NOW, next_update, &LEAST)), 48);
        }
    }

    #[test]
    fn the_pause_after_a_failure_doubles_up_to_an_hour() {
        let pauses = [1, 2, 3, 7, 8, u32::MAX].map(|failures| after_failure(NOW, failures, &MOST).since(NOW));
        assert_eq!(pauses.map(|pause| pause.as_secs() / 60), [1, 2, 4, 60, 60, 60]);
        assert_eq!(after_failure(NOW, 1, &LEAST).since(NOW), Duration::from_secs(48));
    }
}
