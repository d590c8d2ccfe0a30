//! Visits, counted in a cookie.

use time::OffsetDateTime;

/// Name of the cookie that counts visits: how many, the date of the first, and optionally the
/// minute of the last request since 1970, such as `3.2026-01-05.29450000`.
pub const VISIT_COOKIE: &str = "landfall_visit";
/// A pause of this many minutes ends a visit.
const VISIT_IDLE_MINUTES: i64 = 30;

/// One visit among a visitor's visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit<'a> {
    /// Visits so far, this one included.
    pub count: u32,
    /// Date of the first, `YYYY-MM-DD`; `None` when this is the first.
    pub first_seen: Option<&'a str>,
    minute: i64,
    refresh: bool,
}

impl<'a> Visit<'a> {
    /// The visit that a request at `now` belongs to, by what the cookie remembers.
    pub(super) fn read(cookie: Option<&'a str>, now: OffsetDateTime) -> Self {
        let minute = now.unix_timestamp() / 60;
        match cookie.and_then(parse) {
            None => Self {
                count: 1,
                first_seen: None,
                minute,
                refresh: true,
            },
            Some((count, first_seen, last)) => {
                let idle = last.map_or(i64::MAX, |last| minute - last);
                Self {
                    count: if idle < VISIT_IDLE_MINUTES {
                        count
                    } else {
                        count + 1
                    },
                    first_seen: Some(first_seen),
                    minute,
                    refresh: idle != 0,
                }
            }
        }
    }

    /// The cookie's next value; `None` when it says the same already. `today` is asked for on a
    /// first visit.
    pub(super) fn remembered(&self, today: impl FnOnce() -> &'a str) -> Option<String> {
        let first_seen = self.first_seen.unwrap_or_else(today);
        self.refresh
            .then(|| format!("{}.{first_seen}.{}", self.count, self.minute))
    }
}

fn parse(cookie: &str) -> Option<(u32, &str, Option<i64>)> {
    let mut parts = cookie.splitn(3, '.');
    let count = parts.next()?.parse::<u32>().ok()?;
    let first_seen = parts.next()?;
    let last = match parts.next() {
        Some(minute) => Some(minute.parse::<i64>().ok()?),
        None => None,
    };
    let date =
        first_seen.len() == 10 && first_seen.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    (date && (1..1_000_000).contains(&count)).then_some((count, first_seen, last))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use crate::visitor::{Signals, Visitor};

    #[test]
    fn a_visit_ends_after_half_an_hour_of_silence() {
        let now = datetime!(2026-11-25 14:30 UTC);
        let check = |cookie: &str, minutes: i64, count: u32, remembered: Option<&str>| {
            let signals = Signals {
                cookie,
                ..Signals::default()
            };
            let visitor = Visitor::new(signals, now + time::Duration::minutes(minutes), &[]);
            assert_eq!(visitor.visit().count, count, "{cookie}");
            assert_eq!(visitor.visit_cookie().as_deref(), remembered, "{cookie}");
        };
        check("", 0, 1, Some("1.2026-11-25.29926950"));
        check("landfall_visit=1.2026-11-25.29926950", 0, 1, None);
        check(
            "landfall_visit=1.2026-11-25.29926950",
            29,
            1,
            Some("1.2026-11-25.29926979"),
        );
        check(
            "landfall_visit=1.2026-11-25.29926950",
            30,
            2,
            Some("2.2026-11-25.29926980"),
        );
        check(
            "landfall_visit=2.2026-01-05",
            0,
            3,
            Some("3.2026-01-05.29926950"),
        );
        check("landfall_visit=-1.<b>", 0, 1, Some("1.2026-11-25.29926950"));
    }
}
