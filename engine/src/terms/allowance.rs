//! How many terms a node may learn.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Seconds for which an allowance that nobody uses is saved up.
const SAVED_SECONDS: f64 = 20.0;

/// So many a second, and what was not used lately.
#[derive(Debug)]
pub(super) struct Allowance {
    per_second: f64,
    started: Instant,
    left: Mutex<Left>,
}

#[derive(Debug, Clone, Copy)]
struct Left {
    number: f64,
    /// Seconds after the start.
    at: f64,
}

impl Allowance {
    /// `per_second`, and at first as many as can be saved up.
    pub(super) fn new(per_second: u32) -> Self {
        let per_second = f64::from(per_second);
        Self {
            per_second,
            started: Instant::now(),
            left: Mutex::new(Left {
                number: per_second * SAVED_SECONDS,
                at: 0.0,
            }),
        }
    }

    /// Takes one, if there is one left now.
    pub(super) fn take(&self) -> bool {
        self.take_at(self.started.elapsed().as_secs_f64())
    }

    fn take_at(&self, now: f64) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let earned = (now - left.at).max(0.0) * self.per_second;
        left.number = (left.number + earned).min(self.per_second * SAVED_SECONDS);
        left.at = left.at.max(now);
        let enough = left.number >= 1.0;
        if enough {
            left.number -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_up_can_be_taken_at_once_and_then_so_many_a_second() {
        let allowance = Allowance::new(5);
        let taken = |now: f64| (0..1_000).filter(|_| allowance.take_at(now)).count();
        assert_eq!(taken(0.0), 100);
        assert_eq!(taken(0.0), 0);
        assert_eq!(taken(1.0), 5);
        assert_eq!(taken(1.1), 0);
        assert_eq!(taken(3.0), 10);
        assert_eq!(taken(3_600.0), 100);
        // A moment that came late earns nothing twice.
        assert_eq!(taken(3_000.0), 0);
        assert_eq!(taken(3_600.0), 0);
    }
}
