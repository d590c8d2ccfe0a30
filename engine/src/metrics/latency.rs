//! What a histogram says about typical and about slow answers.

use prometheus::Histogram;
use prometheus::core::Metric as _;

/// How long something took, as far as a histogram's bounds can tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    /// How often it was measured.
    pub count: u64,
    /// Half of all took no longer, in seconds; `None` without any.
    pub median: Option<f64>,
    /// 99 of 100 took no longer, in seconds; `None` without any.
    pub p99: Option<f64>,
}

impl Latency {
    /// What `histogram` has seen since the process started.
    pub(super) fn of(histogram: &Histogram) -> Self {
        let metric = histogram.metric();
        let seen = metric.get_histogram();
        let buckets: Vec<(f64, u64)> = seen
            .get_bucket()
            .iter()
            .map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()))
            .collect();
        let count = seen.get_sample_count();
        Self {
            count,
            median: quantile(&buckets, count, 0.5),
            p99: quantile(&buckets, count, 0.99),
        }
    }
}

/// The value below which `share` of `count` measurements lie, evenly spread within a bucket as
/// Prometheus' `histogram_quantile` assumes. Beyond the last bound it is that bound.
fn quantile(buckets: &[(f64, u64)], count: u64, share: f64) -> Option<f64> {
    let last = buckets.last()?.0;
    if count == 0 {
        return None;
    }
    let rank = float(count) * share;
    let (mut lower, mut below) = (0.0, 0);
    for &(upper, within) in buckets {
        if float(within) >= rank {
            let inside = float(within - below);
            let part = if inside > 0.0 {
                (rank - float(below)) / inside
            } else {
                1.0
            };
            return Some(lower + (upper - lower) * part);
        }
        (lower, below) = (upper, within);
    }
    Some(last)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts this large differ by nothing anybody sees"
)]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_within_its_bucket() {
        let buckets = [(1.0, 50), (2.0, 90), (4.0, 100)];
        let check = |share: f64, expected: f64| {
            let found = quantile(&buckets, 100, share).unwrap();
            assert!((found - expected).abs() < 1e-9, "{share}: {found}");
        };
        check(0.5, 1.0);
        check(0.25, 0.5);
        check(0.7, 1.5);
        check(0.99, 3.8);
        assert_eq!(quantile(&buckets, 0, 0.5), None);
        // More was measured than the bounds can tell.
        assert_eq!(quantile(&buckets, 200, 0.99), Some(4.0));
    }
}
