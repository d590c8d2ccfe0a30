//! Circuit breakers: what keeps failing is left alone for a while, then tried once.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use prometheus::IntGauge;

/// Guards the calls to one service.
///
/// Closed, it lets every call through. After a number of failures in a row it opens and refuses
/// calls for a pause. Then it is half open: one call is let through as a probe, whose outcome
/// closes it or opens it again.
#[derive(Debug)]
pub(crate) struct Breaker {
    threshold: u32,
    pause: Duration,
    started: Instant,
    failures: AtomicU32,
    /// Milliseconds after `started` until which calls are refused; 0 while closed.
    open_until: AtomicU64,
    probing: AtomicBool,
    open: IntGauge,
}

/// Leave to call. Dropped without a verdict, it says nothing about the service.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    /// A closed breaker that opens for `pause` after `threshold` failures in a row; `open` shows
    /// its state, 1 while calls are refused.
    pub(crate) fn new(threshold: u32, pause: Duration, open: IntGauge) -> Self {
        Self {
            threshold,
            pause,
            started: Instant::now(),
            failures: AtomicU32::new(0),
            open_until: AtomicU64::new(0),
            probing: AtomicBool::new(false),
            open,
        }
    }

    /// Leave to call now; `None` while the service is left alone.
    pub(crate) fn permit(&self) -> Option<Permit<'_>> {
        self.permit_at(self.elapsed())
    }

    fn permit_at(&self, now: u64) -> Option<Permit<'_>> {
        let until = self.open_until.load(Ordering::Relaxed);
        let probe = until != 0;
        if probe && (now < until || self.probing.swap(true, Ordering::Relaxed)) {
            return None;
        }
        Some(Permit {
            breaker: self,
            probe,
        })
    }

    fn fail_at(&self, now: u64, probe: bool) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if probe || failures >= self.threshold {
            let pause = u64::try_from(self.pause.as_millis()).unwrap_or(u64::MAX);
            self.open_until
                .store(now.saturating_add(pause).max(1), Ordering::Relaxed);
            self.open.set(1);
        }
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Permit<'_> {
    /// The service answered.
    pub(crate) fn succeed(self) {
        self.breaker.failures.store(0, Ordering::Relaxed);
        if self.probe {
            self.breaker.open_until.store(0, Ordering::Relaxed);
            self.breaker.open.set(0);
        }
    }

    /// The service failed or did not answer in time.
    pub(crate) fn fail(self) {
        self.breaker.fail_at(self.breaker.elapsed(), self.probe);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.probing.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        let gauge = IntGauge::new("open", "open").unwrap();
        Breaker::new(3, Duration::from_millis(100), gauge)
    }

    fn fail(breaker: &Breaker, now: u64) {
        let permit = breaker.permit_at(now).expect("it lets calls through");
        breaker.fail_at(now, permit.probe);
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_between_them_does_not() {
        let breaker = breaker();
        fail(&breaker, 1);
        fail(&breaker, 2);
        breaker.permit_at(3).unwrap().succeed();
        fail(&breaker, 4);
        fail(&breaker, 5);
        assert!(breaker.permit_at(6).is_some());
        fail(&breaker, 6);
        assert!(breaker.permit_at(7).is_none());
        assert_eq!(breaker.open.get(), 1);
    }

    #[test]
    fn after_the_pause_one_probe_decides() {
        let breaker = breaker();
        for now in 1..=3 {
            fail(&breaker, now);
        }
        assert!(breaker.permit_at(102).is_none());
        let probe = breaker.permit_at(103).expect("half open");
        assert!(breaker.permit_at(103).is_none(), "one probe at a time");
        drop(probe);
        fail(&breaker, 104);
        assert!(breaker.permit_at(203).is_none());
        breaker.permit_at(204).expect("half open again").succeed();
        assert!(breaker.permit_at(205).is_some() && breaker.permit_at(205).is_some());
        assert_eq!(breaker.open.get(), 0);
    }
}
