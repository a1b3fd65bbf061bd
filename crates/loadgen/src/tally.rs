//! What a run counts: latencies, and what went wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::ceremony::{Failure, Reason, Step};
use crate::report::{ErrorCount, Latency};

/// A whole ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceremony {
    Registration,
    Login,
    /// A view of a login page, whose login is never finished.
    PageView,
}

impl Ceremony {
    pub(crate) const ALL: [Self; 3] = [Self::Registration, Self::Login, Self::PageView];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::PageView => "page_view",
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Registration => 0,
            Self::Login => 1,
            Self::PageView => 2,
        }
    }
}

/// Latencies and failures of one lane.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    ceremonies: [Histogram<u64>; 3],
    steps: [Histogram<u64>; 4],
    failures: BTreeMap<Failure, u64>,
}

/// A histogram of microseconds, of three significant digits, that grows to whatever comes.
fn histogram() -> Histogram<u64> {
    // Fails for more digits than five only.
    Histogram::new(3).expect("three digits are few enough")
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            ceremonies: std::array::from_fn(|_| histogram()),
            steps: std::array::from_fn(|_| histogram()),
            failures: BTreeMap::new(),
        }
    }

    /// One that came to its end.
    pub(crate) fn completed(&mut self, ceremony: Ceremony, latency: Duration) {
        record(&mut self.ceremonies[ceremony.index()], latency);
    }

    /// One that did not.
    pub(crate) fn failed(&mut self, failure: Failure) {
        *self.failures.entry(failure).or_default() += 1;
    }

    pub(crate) fn steps(&mut self, steps: &[(Step, Duration)]) {
        for (step, latency) in steps {
            record(&mut self.steps[step.index()], *latency);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let ours = self.ceremonies.iter_mut().chain(&mut self.steps);
        for (ours, theirs) in ours.zip(other.ceremonies.iter().chain(&other.steps)) {
            // Both grow to whatever comes, so that nothing is out of range.
            ours.add(theirs).expect("histograms that grow can be added");
        }
        for (failure, count) in &other.failures {
            *self.failures.entry(failure.clone()).or_default() += count;
        }
    }

    pub(crate) fn completed_count(&self) -> u64 {
        self.ceremonies.iter().map(Histogram::len).sum()
    }

    pub(crate) fn failed_count(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Latencies of each kind of ceremony that there was.
    pub(crate) fn ceremony_latencies(&self) -> BTreeMap<&'static str, Latency> {
        let kinds = Ceremony::ALL.map(|ceremony| (ceremony.name(), &self.ceremonies[ceremony.index()]));
        latencies(kinds)
    }

    /// Latencies of each request that there was.
    pub(crate) fn step_latencies(&self) -> BTreeMap<&'static str, Latency> {
        latencies(Step::ALL.map(|step| (step.path(), &self.steps[step.index()])))
    }

    /// The failures, most frequent first.
    pub(crate) fn errors(&self) -> Vec<ErrorCount> {
        let mut errors: Vec<_> =
            self.failures.iter().map(|(failure, count)| error(failure, *count)).collect();
        errors.sort_by_key(|error| std::cmp::Reverse(error.count));
        errors
    }
}

fn record(histogram: &mut Histogram<u64>, latency: Duration) {
    let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).max(1);
    // Only a histogram that must not grow refuses.
    histogram.record(micros).expect("the histogram grows");
}

fn latencies<const N: usize>(
    histograms: [(&'static str, &Histogram<u64>); N],
) -> BTreeMap<&'static str, Latency> {
    let some = histograms.into_iter().filter(|(_, histogram)| !histogram.is_empty());
    some.map(|(name, histogram)| (name, Latency::of(histogram))).collect()
}

fn error(failure: &Failure, count: u64) -> ErrorCount {
    let (status, code) = match &failure.reason {
        Reason::Refused { status, code } => (Some(*status), code.clone()),
        Reason::Transport(error) => (None, Some(error.code().to_owned())),
        Reason::Unreadable => (None, Some("answer_unreadable".to_owned())),
    };
    ErrorCount { step: failure.step.path(), status, code, count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::TransportError;

    #[test]
    fn lanes_are_added_up() {
        let lane = |micros| {
            let mut tally = Tally::new();
            tally.completed(Ceremony::Login, Duration::from_micros(micros));
            tally.steps(&[(Step::LoginFinalize, Duration::from_micros(micros))]);
            let reason = Reason::Transport(TransportError::ConnectionLost);
            tally.failed(Failure { step: Step::LoginFinalize, reason });
            tally
        };
        let mut sum = lane(100);
        sum.add(&lane(300));
        sum.failed(Failure {
            step: Step::LoginInitialize,
            reason: Reason::Refused { status: 429, code: Some("rate_limited".to_owned()) },
        });
        assert_eq!((sum.completed_count(), sum.failed_count()), (2, 3));
        let latencies = sum.ceremony_latencies();
        assert_eq!(latencies.keys().collect::<Vec<_>>(), [&"login"]);
        assert_eq!((latencies["login"].min_us, latencies["login"].max_us), (100, 300));
        let code = |code: &str| Some(code.to_owned());
        let expected = [
            ErrorCount { step: "login/finalize", status: None, code: code("connection_lost"), count: 2 },
            ErrorCount { step: "login/initialize", status: Some(429), code: code("rate_limited"), count: 1 },
        ];
        assert_eq!(sum.errors(), expected);
    }
}
