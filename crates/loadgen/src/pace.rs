//! When ceremonies begin.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// How long a stage lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// So long.
    Time(Duration),
    /// Until so many ceremonies were begun.
    Count(u64),
}

/// Tells the callers of one lane when to begin.
#[derive(Debug, Clone)]
pub(crate) enum Pace {
    /// Each begins once it has finished, as people do who wait for a machine. How many come depends on how fast they are
    /// answered.
    Closed { until: Option<Instant>, left: Arc<AtomicU64> },
    /// Ceremonies are due at even intervals, as people come who know nothing of each other. One that begins late, since
    /// all callers were busy, has been waiting since it was due, and that counts.
    Open { due: Arc<Due> },
}

/// Ceremonies that are due.
#[derive(Debug)]
pub(crate) struct Due {
    first: Instant,
    interval: Duration,
    count: u64,
    permits: Semaphore,
    begun: AtomicU64,
}

impl Pace {
    /// Of a lane whose callers wait for their answers. `left` is shared by all lanes.
    pub(crate) fn closed(extent: Extent, begin: Instant, left: &Arc<AtomicU64>) -> Self {
        let until = match extent {
            Extent::Time(time) => Some(begin + time),
            Extent::Count(_) => None,
        };
        Self::Closed { until, left: Arc::clone(left) }
    }

    /// When the next ceremony is, or was, to begin; none once there are no more.
    pub(crate) async fn next(&self) -> Option<Instant> {
        match self {
            Self::Closed { until, left } => {
                let now = Instant::now();
                if until.is_some_and(|until| now >= until) {
                    return None;
                }
                let take = |left: u64| left.checked_sub(1);
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok().map(|_| now)
            }
            Self::Open { due } => {
                due.permits.acquire().await.ok()?.forget();
                let place = due.begun.fetch_add(1, Ordering::Relaxed);
                Some(due.at(place))
            }
        }
    }
}

impl Due {
    /// `count` ceremonies, the first due at `first`, the others at intervals.
    pub(crate) fn new(first: Instant, interval: Duration, count: u64) -> Self {
        Self { first, interval, count, permits: Semaphore::new(0), begun: AtomicU64::new(0) }
    }

    /// Lets each begin when it is due. Blocks until the last is; what is not begun by then is not begun at all.
    ///
    /// A thread's own sleep is exact to some 50 µs, while a timer of the callers' runtime would come up to a millisecond
    /// late, which would count as the server's.
    pub(crate) fn keep_time(&self) {
        for place in 0..self.count {
            let wait = self.at(place).saturating_duration_since(Instant::now());
            if !wait.is_zero() {
                std::thread::sleep(wait);
            }
            self.permits.add_permits(1);
        }
        // As long as the last would have had until the next.
        std::thread::sleep(self.interval);
        self.permits.close();
    }

    /// How many were due and not begun.
    pub(crate) fn not_begun(&self) -> u64 {
        self.count - self.begun.load(Ordering::Relaxed).min(self.count)
    }

    fn at(&self, place: u64) -> Instant {
        // A run of 580 years would have an interval's nanoseconds out of range.
        let nanos = u64::try_from(self.interval.as_nanos()).unwrap_or(u64::MAX).saturating_mul(place);
        self.first + Duration::from_nanos(nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn callers_that_wait_begin_as_often_as_they_were_told() {
        let left = Arc::new(AtomicU64::new(2));
        let paces = [1, 2].map(|_| Pace::closed(Extent::Count(2), Instant::now(), &left));
        assert!(paces[0].next().await.is_some());
        assert!(paces[1].next().await.is_some());
        assert_eq!((paces[0].next().await, paces[1].next().await), (None, None));
    }

    #[tokio::test]
    async fn what_begins_late_counts_from_when_it_was_due() {
        let (first, interval) = (Instant::now(), Duration::from_millis(1));
        let due = Arc::new(Due::new(first, interval, 5));
        // All are due before anybody asks.
        let permits = Arc::clone(&due);
        std::thread::spawn(move || permits.permits.add_permits(3)).join().unwrap();
        let pace = Pace::Open { due: Arc::clone(&due) };
        for place in 0..3 {
            assert_eq!(pace.next().await, Some(first + interval * place));
        }
        due.permits.close();
        assert_eq!(pace.next().await, None);
        assert_eq!(due.not_begun(), 2);
    }

    #[tokio::test]
    async fn time_is_kept_and_what_nobody_began_is_counted() {
        let begun = Instant::now();
        let due = Arc::new(Due::new(begun, Duration::from_millis(2), 10));
        let keeper = Arc::clone(&due);
        std::thread::spawn(move || keeper.keep_time()).join().unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(20));
        assert_eq!(due.not_begun(), 10);
        assert_eq!(Pace::Open { due }.next().await, None);
    }
}
