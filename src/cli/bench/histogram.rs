//! How long things took, in buckets that are wider the longer it was: within 1.6 % of each value, in 15 KB for all of them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Values share a bucket when their highest 7 bits are the same.
const BITS: u32 = 7;
/// How many buckets each doubling has.
const HALF: usize = 1 << (BITS - 1);
/// Buckets for microseconds up to 2^36, which are 19 hours.
const BUCKETS: usize = HALF * (36 - BITS as usize + 2);

/// Counts durations, from several tasks at once.
pub(super) struct Histogram {
    buckets: Vec<AtomicU64>,
    count: AtomicU64,
    sum: AtomicU64,
    max: AtomicU64,
}

impl Histogram {
    /// Empty.
    pub(super) fn new() -> Self {
        Self {
            buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            max: AtomicU64::new(0),
        }
    }

    /// Counts one.
    pub(super) fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).min((1 << 36) - 1);
        self.buckets[bucket(micros)].fetch_add(1, Relaxed);
        self.count.fetch_add(1, Relaxed);
        self.sum.fetch_add(micros, Relaxed);
        self.max.fetch_max(micros, Relaxed);
    }

    /// How many were counted.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }

    /// The longest, exactly.
    pub(super) fn max(&self) -> Duration {
        Duration::from_micros(self.max.load(Relaxed))
    }

    /// The average.
    pub(super) fn mean(&self) -> Duration {
        Duration::from_micros(self.sum.load(Relaxed) / self.count().max(1))
    }

    /// What this share of all did not exceed, rounded up to the end of its bucket.
    pub(super) fn quantile(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a count is a count"
        )]
        let wanted = ((self.count() as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (at, bucket) in self.buckets.iter().enumerate() {
            seen += bucket.load(Relaxed);
            if seen >= wanted {
                return Duration::from_micros(highest(at)).min(self.max());
            }
        }
        self.max()
    }
}

/// Where a value is counted.
fn bucket(micros: u64) -> usize {
    let shift = (u64::BITS - micros.leading_zeros()).saturating_sub(BITS);
    let top = usize::try_from(micros >> shift).unwrap_or(0);
    HALF * shift as usize + top
}

/// The highest value that is counted there.
fn highest(bucket: usize) -> u64 {
    if bucket < 2 * HALF {
        return bucket as u64;
    }
    let shift = bucket / HALF - 1;
    let top = (bucket - HALF * shift) as u64;
    ((top + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::{Histogram, bucket, highest};
    use proptest::prelude::{prop_assert, proptest};
    use std::time::Duration;

    #[test]
    fn quantiles_are_of_what_was_counted() {
        let histogram = Histogram::new();
        assert_eq!(histogram.quantile(0.5), Duration::ZERO);
        for micros in 1..=100 {
            histogram.record(Duration::from_micros(micros));
        }
        assert_eq!(histogram.quantile(0.5), Duration::from_micros(50));
        assert_eq!(histogram.quantile(0.99), Duration::from_micros(99));
        assert_eq!((histogram.max(), histogram.count()), (Duration::from_micros(100), 100));
        histogram.record(Duration::MAX);
        assert_eq!(histogram.quantile(1.0), histogram.max());
    }

    proptest! {
        #[test]
        fn a_bucket_holds_what_is_near(micros in 0_u64..1 << 36) {
            let top = highest(bucket(micros));
            prop_assert!(top >= micros && top - micros <= micros / 64, "{micros}: {top}");
            prop_assert!(bucket(top) == bucket(micros) && bucket(top + 1) == bucket(micros) + 1);
        }
    }
}
