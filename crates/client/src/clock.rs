//! Where the time comes from.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time of day, passed in so that tests can set it.
pub trait Clock: Send + Sync + 'static {
    /// How long ago the Unix epoch was.
    fn unix_time(&self) -> Duration;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the SDK reads the system's clock")]
    fn unix_time(&self) -> Duration {
        // A clock set before 1970 reads as 1970: every token is then from the future, and refused.
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}
