//! How long answers to each segment's visitors take.

use std::collections::HashMap;

use arc_swap::ArcSwap;
use domain::SegmentId;
use domain::segment::Segment;
use prometheus::{Histogram, HistogramVec};

use super::Latency;

/// Most segments that are told apart.
const MAX_SEGMENTS: usize = 2_000;

/// A histogram for each segment, found by its row without a lock.
#[derive(Debug)]
pub(super) struct BySegment {
    /// By key, for Prometheus.
    seconds: HistogramVec,
    known: ArcSwap<HashMap<SegmentId, Histogram>>,
}

impl BySegment {
    pub(super) fn new(seconds: HistogramVec) -> Self {
        Self {
            seconds,
            known: ArcSwap::default(),
        }
    }

    /// Counts an answer that took `seconds`.
    pub(super) fn observe(&self, segment: &Segment, seconds: f64) {
        if let Some(histogram) = self.known.load().get(&segment.id) {
            histogram.observe(seconds);
            return;
        }
        let histogram = self.seconds.with_label_values(&[segment.key.as_str()]);
        histogram.observe(seconds);
        self.known.rcu(|known| {
            let mut more = HashMap::clone(known);
            if more.len() < MAX_SEGMENTS {
                more.insert(segment.id, histogram.clone());
            }
            more
        });
    }

    /// How long answers took; `None` when there were none.
    pub(super) fn latency(&self, segment: SegmentId) -> Option<Latency> {
        self.known.load().get(&segment).map(Latency::of)
    }
}

#[cfg(test)]
mod tests {
    use domain::Condition;
    use prometheus::HistogramOpts;

    use super::*;

    #[test]
    fn each_segment_has_times_of_its_own() {
        let options = HistogramOpts::new("seconds", "Times.");
        let times = BySegment::new(HistogramVec::new(options, &["segment"]).unwrap());
        let segment = |id: i64, key: &str| Segment {
            id: SegmentId(id),
            key: key.parse().unwrap(),
            name: key.to_owned(),
            description: String::new(),
            condition: Condition::always(),
        };
        for seconds in [0.001, 0.002, 0.003] {
            times.observe(&segment(1, "smb"), seconds);
        }
        times.observe(&segment(2, "uk"), 0.5);
        let count = |id| times.latency(SegmentId(id)).map(|latency| latency.count);
        assert_eq!((count(1), count(2), count(3)), (Some(3), Some(1), None));
    }
}
