//! When an attempt is made again, and when no more.

use std::time::Duration;

use passgate_core::clock::Timestamp;
use passgate_core::rng::{Rng, random_bytes};

use crate::attempt::{Answer, AttemptFailure};
use crate::outbox::{Delivery, Outcome};

/// How long after its first attempt a delivery is given up.
pub const GIVE_UP_AFTER: Duration = Duration::from_hours(24);

/// How many failures of an endpoint in a row make it suspect: it gets one delivery at a time, after a pause.
pub const SUSPECT_AFTER: u32 = 5;

/// The pause after the first attempt. Each further one is three times as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// No pause is longer, but for jitter.
const LONGEST_PAUSE: Duration = Duration::from_hours(3);

/// The pause of an endpoint that has just become suspect. Each further failure doubles it.
const FIRST_ENDPOINT_PAUSE: Duration = Duration::from_secs(5);
/// An endpoint is not left alone for longer, but for jitter.
const LONGEST_ENDPOINT_PAUSE: Duration = Duration::from_mins(10);

/// The longest `Retry-After` that is believed.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// The statuses whose `Retry-After` is read (RFC 9110, §10.2.3; RFC 6585, §4).
const TOO_MANY_REQUESTS: u16 = 429;
const SERVICE_UNAVAILABLE: u16 = 503;
/// The receiver is gone for good (Standard Webhooks 1.0.0, "Deliverability and reliability").
const GONE: u16 = 410;

/// What an answer, or its absence, means for a delivery that was attempted at `now`.
pub(crate) fn judge(
    delivery: &Delivery,
    attempt: Result<Answer, AttemptFailure>,
    now: Timestamp,
    rng: &dyn Rng,
) -> Outcome {
    let (failure, retry_after) = match attempt {
        Ok(answer) if (200..300).contains(&answer.status) => {
            return Outcome::Delivered { status: answer.status };
        }
        Ok(answer) if answer.status == GONE => return Outcome::Gone,
        Ok(answer) => {
            let is_asked_to_wait = matches!(answer.status, TOO_MANY_REQUESTS | SERVICE_UNAVAILABLE);
            (AttemptFailure::Status(answer.status), answer.retry_after.filter(|_| is_asked_to_wait))
        }
        Err(failure) => (failure, None),
    };
    let retry_after = retry_after.map(|wait| now + wait.min(LONGEST_RETRY_AFTER));
    let failures = delivery.endpoint_failures.saturating_add(1);
    let pause_endpoint_until = (failures >= SUSPECT_AFTER)
        .then(|| {
            let pause = grown(FIRST_ENDPOINT_PAUSE, 2, failures - SUSPECT_AFTER, LONGEST_ENDPOINT_PAUSE);
            now + jittered(pause, rng)
        })
        // Who asks to be left alone means all deliveries.
        .max(retry_after);
    let give_up_at = delivery.first_attempt_at + GIVE_UP_AFTER;
    if now >= give_up_at {
        return Outcome::Dead { failure, pause_endpoint_until };
    }
    let pause = grown(FIRST_PAUSE, 3, delivery.attempts.saturating_sub(1), LONGEST_PAUSE);
    let next = Some(now + jittered(pause, rng)).max(retry_after).unwrap_or(now);
    // The last attempt is made when the day is over, and not before.
    Outcome::Retry { failure, next_attempt_at: next.min(give_up_at), pause_endpoint_until }
}

fn grown(first: Duration, factor: u32, times: u32, longest: Duration) -> Duration {
    factor
        .checked_pow(times)
        .and_then(|factor| first.checked_mul(factor))
        .map_or(longest, |pause| pause.min(longest))
}

/// Up to a quarter longer, so that what failed together does not come back together.
fn jittered(pause: Duration, rng: &dyn Rng) -> Duration {
    let random = u32::from_be_bytes(random_bytes(rng));
    pause + (pause / 4).mul_f64(f64::from(random) / f64::from(u32::MAX))
}
