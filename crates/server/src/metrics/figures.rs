//! Figures that are kept anyway, told when somebody asks.

use std::fmt;
use std::sync::Arc;

use passgate_core::measurement::{Measured, Measurement};
use passgate_core::passgate::Passgate;
use passgate_core::store::Store;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// The store's figures, and those of the tenants in memory.
pub(super) struct Figures<S>(pub(super) Arc<Passgate<S>>);

impl<S> fmt::Debug for Figures<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Figures").finish_non_exhaustive()
    }
}

impl<S: Store> Collector for Figures<S> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for Measurement { name, help, measured } in self.0.measurements() {
            let kind = match &measured {
                Measured::Counter(_) => MetricType::Counter,
                Measured::Gauge(_) => MetricType::Gauge,
                Measured::Histogram { .. } => MetricType::Histogram,
            };
            let mut metric = encoder.encode_descriptor(name, help, None, kind)?;
            match measured {
                Measured::Counter(count) => metric.encode_counter::<NoLabelSet, _, u64>(&count, None)?,
                Measured::Gauge(value) => metric.encode_gauge(&i64::try_from(value).unwrap_or(i64::MAX))?,
                Measured::Histogram { sum, buckets } => {
                    let count = buckets.iter().map(|(_, count)| count).sum();
                    #[expect(
                        clippy::cast_precision_loss,
                        reason = "a sum of 2^53 is far away, and may be rounded"
                    )]
                    let sum = sum as f64;
                    let buckets: Vec<_> =
                        buckets.into_iter().map(|(bound, count)| (f64::from(bound), count)).collect();
                    metric.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
                }
            }
        }
        Ok(())
    }
}
