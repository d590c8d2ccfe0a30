//! How long the next sign-in has to wait after some that failed.
//!
//! The first failures cost nothing; after them the wait doubles from one second to a quarter of an
//! hour and no further, and every quiet quarter of an hour forgives one failure. Attempts that come
//! too early count for nothing, so that nobody is kept out by somebody's persistence alone.

use time::{Duration, OffsetDateTime};

/// Failures of one account that cost nothing.
pub(super) const FREE_OF_ACCOUNT: i32 = 5;
/// Failures from one address that cost nothing: an office shares one.
pub(super) const FREE_OF_ADDRESS: i32 = 20;
/// Longest wait, and what it takes to forgive one failure.
const LONGEST: Duration = Duration::minutes(15);

/// Failed sign-ins of one account or from one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many there were, less those that are forgiven.
    pub count: i32,
    /// When the last one was.
    pub last_at: OffsetDateTime,
}

impl Failures {
    /// Those not yet forgiven at `now`.
    pub fn left(self, now: OffsetDateTime) -> i32 {
        let quiet = (now - self.last_at).max(Duration::ZERO);
        let forgiven = quiet.whole_seconds() / LONGEST.whole_seconds();
        let left = i64::from(self.count).saturating_sub(forgiven).max(0);
        i32::try_from(left).unwrap_or(i32::MAX)
    }

    /// How long the next attempt has to wait from `now` on, `free` failures costing nothing.
    pub(super) fn wait(self, free: i32, now: OffsetDateTime) -> Duration {
        let costly = self.count - free;
        if costly < 0 {
            return Duration::ZERO;
        }
        let seconds = 1_i64 << costly.min(10);
        let until = self.last_at + Duration::seconds(seconds).min(LONGEST);
        // A clock that was set back must not keep anybody out for longer.
        (until - now).clamp(Duration::ZERO, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn failures(count: i32) -> Failures {
        Failures {
            count,
            last_at: LAST,
        }
    }

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let check = |count: i32, seconds: i64| {
            let wait = failures(count).wait(FREE_OF_ACCOUNT, LAST);
            assert_eq!(wait.whole_seconds(), seconds, "{count} failures");
        };
        check(0, 0);
        check(4, 0);
        check(5, 1);
        check(6, 2);
        check(10, 32);
        check(14, 512);
        check(15, 900);
        check(16, 900);
        check(i32::MAX, 900);
    }

    #[test]
    fn a_wait_passes() {
        let after = |seconds: i64| failures(6).wait(5, LAST + Duration::seconds(seconds));
        assert_eq!(after(1), Duration::SECOND);
        assert_eq!(after(2), Duration::ZERO);
        assert_eq!(after(1_000_000), Duration::ZERO);
        // The clock was set back by a year.
        assert_eq!(after(-31_536_000), Duration::minutes(15));
    }

    #[test]
    fn quiet_forgives() {
        let left = |minutes: i64| failures(6).left(LAST + Duration::minutes(minutes));
        assert_eq!(left(-60), 6);
        assert_eq!(left(14), 6);
        assert_eq!(left(15), 5);
        assert_eq!(left(90), 0);
        assert_eq!(left(90_000_000), 0);
    }
}
