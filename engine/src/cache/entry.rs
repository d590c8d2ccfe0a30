//! A cached value and how old it is.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How long values may be served, in seconds of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Up to this age a value is served as it is.
    pub fresh: u32,
    /// For this long after that it is served while it is computed again.
    pub stale: u32,
}

/// What may be done with a value of some age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Serve it.
    Fresh,
    /// Serve it and compute it again in the background.
    Stale,
    /// Compute it again, and serve it only if that fails.
    Expired,
}

/// A value with its age, the visits it answered, and whether it is being computed again.
#[derive(Debug)]
pub struct Cached<V> {
    value: V,
    /// When it was computed, in seconds since 1970.
    created: i64,
    visits: AtomicU32,
    refreshing: AtomicBool,
}

impl Lifetime {
    /// What may be done at `now` with a value computed at `created`, both in seconds since 1970.
    ///
    /// A value from the future, as after a clock was set back, is fresh.
    pub fn of(self, created: i64, now: i64) -> Freshness {
        let age = now.saturating_sub(created);
        if age < i64::from(self.fresh) {
            Freshness::Fresh
        } else if age < i64::from(self.fresh) + i64::from(self.stale) {
            Freshness::Stale
        } else {
            Freshness::Expired
        }
    }

    /// How long a value is of any use, in seconds.
    pub fn total(self) -> u64 {
        u64::from(self.fresh) + u64::from(self.stale)
    }
}

impl<V> Cached<V> {
    /// A value computed at `created`, in seconds since 1970.
    pub fn new(value: V, created: i64) -> Self {
        Self {
            value,
            created,
            visits: AtomicU32::new(0),
            refreshing: AtomicBool::new(false),
        }
    }

    /// The value, before it is shared.
    pub(super) fn value_mut(&mut self) -> &mut V {
        &mut self.value
    }

    /// When the value was computed, in seconds since 1970.
    pub fn created(&self) -> i64 {
        self.created
    }

    /// Counts a visit that the value answered.
    pub fn visited(&self) {
        self.visited_by(1);
    }

    /// Counts several visits.
    pub(super) fn visited_by(&self, visits: u32) {
        self.visits.fetch_add(visits, Ordering::Relaxed);
    }

    /// The visits since the last time this was asked.
    pub fn take_visits(&self) -> u32 {
        // Most entries have none; looking costs less than writing.
        if self.visits.load(Ordering::Relaxed) == 0 {
            return 0;
        }
        self.visits.swap(0, Ordering::Relaxed)
    }

    /// Claims the work of computing the value again. One caller gets it.
    pub(crate) fn claim_refresh(&self) -> bool {
        !self.refreshing.swap(true, Ordering::Relaxed)
    }

    /// Lets somebody else try to compute the value again.
    pub(crate) fn release_refresh(&self) {
        self.refreshing.store(false, Ordering::Relaxed);
    }
}

impl<V> Deref for Cached<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_fresh_then_stale_then_expired() {
        let lifetime = Lifetime {
            fresh: 60,
            stale: 600,
        };
        let check = |now: i64, expected: Freshness| {
            assert_eq!(lifetime.of(1_000, now), expected, "{now}");
        };
        check(1_000, Freshness::Fresh);
        check(1_059, Freshness::Fresh);
        check(1_060, Freshness::Stale);
        check(1_659, Freshness::Stale);
        check(1_660, Freshness::Expired);
        // The clock was set back by an hour.
        check(-2_600, Freshness::Fresh);
    }

    #[test]
    fn the_work_of_refreshing_goes_to_one() {
        let cached = Cached::new((), 0);
        assert!(cached.claim_refresh());
        assert!(!cached.claim_refresh());
        cached.release_refresh();
        assert!(cached.claim_refresh());
    }
}
