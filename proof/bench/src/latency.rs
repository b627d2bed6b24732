//! How long requests took.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// A minute, in microseconds: whatever takes longer counts as this.
const LONGEST: u64 = 60_000_000;

/// Latencies from a microsecond to a minute, each to within a thousandth of itself.
#[derive(Debug)]
pub(crate) struct Latencies(Histogram<u64>);

/// What is told of them, in microseconds.
#[expect(clippy::struct_field_names, reason = "the unit belongs to each name")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Half took at most this long.
    pub(crate) p50_us: u64,
    /// 99 of 100 took at most this long.
    pub(crate) p99_us: u64,
    /// The longest.
    pub(crate) max_us: u64,
}

impl Latencies {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(Histogram::new_with_bounds(1, LONGEST, 3).expect("the bounds are in order and the precision is possible"))
    }

    /// Notes one.
    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(LONGEST).clamp(1, LONGEST));
    }

    /// Takes those of another connection in.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    /// Adds up; zeros when there were none.
    pub(crate) fn summary(&self) -> Summary {
        if self.0.is_empty() {
            return Summary::default();
        }
        Summary { p50_us: self.0.value_at_quantile(0.5), p99_us: self.0.value_at_quantile(0.99), max_us: self.0.max() }
    }
}

impl Summary {
    /// The median.
    pub(crate) fn p50(self) -> Duration {
        Duration::from_micros(self.p50_us)
    }

    /// The 99th percentile.
    pub(crate) fn p99(self) -> Duration {
        Duration::from_micros(self.p99_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within_a_thousandth(found: u64, expected: u64) -> bool {
        found.abs_diff(expected) <= expected / 500
    }

    #[test]
    fn percentiles_are_those_of_everything_recorded() {
        let (mut even, mut odd) = (Latencies::new(), Latencies::new());
        for n in 1..=1000_u64 {
            let half = if n % 2 == 0 { &mut even } else { &mut odd };
            half.record(Duration::from_micros(n * 100));
        }
        even.merge(&odd);
        let summary = even.summary();
        assert!(within_a_thousandth(summary.p50_us, 50_000), "{summary:?}");
        assert!(within_a_thousandth(summary.p99_us, 99_000), "{summary:?}");
        assert!(within_a_thousandth(summary.max_us, 100_000), "{summary:?}");
        assert_eq!(summary.p50(), Duration::from_micros(summary.p50_us));
    }

    #[test]
    fn extremes_are_kept_at_the_bounds() {
        let mut latencies = Latencies::new();
        assert_eq!(latencies.summary(), Summary::default());
        latencies.record(Duration::ZERO);
        assert_eq!(latencies.summary().max_us, 1);
        latencies.record(Duration::from_secs(3600));
        assert!(within_a_thousandth(latencies.summary().max_us, LONGEST));
    }
}
