//! Figures by which operators watch how a process works.

/// A figure at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// Its name: lower-case words and underscores, the unit last where there is one.
    pub name: &'static str,
    /// What it is, in a phrase.
    pub help: &'static str,
    /// Its value.
    pub measured: Measured,
}

/// The kinds of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// What only grows while the process runs.
    Counter(u64),
    /// What rises and falls.
    Gauge(u64),
    /// How often what was measured fell between bounds.
    Histogram {
        /// The sum of all that was measured.
        sum: u64,
        /// The upper bound of each bucket, included, and how often it was hit: not counting the buckets below. Nothing is
        /// above the last.
        buckets: Vec<(u32, u64)>,
    },
}

impl Measurement {
    /// A figure that only grows.
    #[must_use]
    pub const fn counter(name: &'static str, help: &'static str, count: u64) -> Self {
        Self { name, help, measured: Measured::Counter(count) }
    }

    /// A figure that rises and falls.
    #[must_use]
    pub const fn gauge(name: &'static str, help: &'static str, value: u64) -> Self {
        Self { name, help, measured: Measured::Gauge(value) }
    }
}
