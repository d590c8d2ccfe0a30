//! Dates as people enter them: on the clocks of the site's time zone.

use domain::SiteSettings;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, fmt::strtime};
use time::OffsetDateTime;

use super::DeskError;

/// The clocks of a site.
#[derive(Debug, Clone)]
pub struct LocalTime {
    zone: TimeZone,
    name: String,
}

impl LocalTime {
    /// The clocks of `site`; an unknown zone counts as UTC, as it does for visitors.
    pub fn of(site: &SiteSettings) -> Self {
        Self {
            zone: TimeZone::get(&site.time_zone).unwrap_or(TimeZone::UTC),
            name: site.time_zone.clone(),
        }
    }

    /// The zone's name, such as `Europe/Berlin`.
    pub fn zone(&self) -> &str {
        &self.name
    }

    /// The instant that `text` names, a date and time such as `2026-03-29T14:30`; `None` for an
    /// empty text. An hour that the clocks repeat means its first pass.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for `field` when the text is no date and time, or one that the clocks
    /// skip.
    pub fn instant(&self, field: &str, text: &str) -> Result<Option<OffsetDateTime>, DeskError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let malformed = || {
            DeskError::invalid(
                field,
                "is not a date and time; write it as 2026-03-29T14:30",
            )
        };
        let date: DateTime = text.parse().map_err(|_| malformed())?;
        let ambiguous = self.zone.to_ambiguous_timestamp(date);
        if let AmbiguousOffset::Gap { before, after } = ambiguous.offset() {
            let skipped = after.seconds() - before.seconds();
            return Err(DeskError::invalid(
                field,
                format!(
                    "does not exist in {}: the clocks go forward by {} minutes then; choose an earlier or a later time",
                    self.name,
                    skipped / 60
                ),
            ));
        }
        let instant = ambiguous.compatible().map_err(|_| malformed())?;
        OffsetDateTime::from_unix_timestamp(instant.as_second())
            .map(Some)
            .map_err(|_| malformed())
    }

    /// An instant as [`Self::instant`] reads it, to the minute.
    pub fn entered(&self, instant: OffsetDateTime) -> String {
        self.written(instant, "%Y-%m-%dT%H:%M")
    }

    /// An instant for people, with the zone's abbreviation: `29 Mar 2026, 14:30 CEST`.
    pub fn spoken(&self, instant: OffsetDateTime) -> String {
        self.written(instant, "%-d %b %Y, %H:%M %Z")
    }

    fn written(&self, instant: OffsetDateTime, pattern: &str) -> String {
        Timestamp::from_second(instant.unix_timestamp())
            .and_then(|instant| strtime::format(pattern, &instant.to_zoned(self.zone.clone())))
            .unwrap_or_else(|_| instant.to_string())
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn berlin() -> LocalTime {
        LocalTime::of(&SiteSettings {
            time_zone: "Europe/Berlin".to_owned(),
            ..SiteSettings::default()
        })
    }

    #[test]
    fn a_date_is_read_on_the_sites_clocks_and_written_back() {
        let check = |text: &str, expected: OffsetDateTime| {
            let found = berlin().instant("starts_at", text).unwrap();
            assert_eq!(found, Some(expected), "{text}");
            assert_eq!(berlin().entered(expected), text[..16]);
        };
        check("2026-01-15T09:00", datetime!(2026-01-15 08:00 UTC));
        check("2026-07-15T09:00:00", datetime!(2026-07-15 07:00 UTC));
        // The hour that the clocks repeat: its first pass.
        check("2026-10-25T02:30", datetime!(2026-10-25 00:30 UTC));
        assert_eq!(berlin().instant("starts_at", " ").unwrap(), None);
        assert_eq!(
            berlin().spoken(datetime!(2026-07-15 07:00 UTC)),
            "15 Jul 2026, 09:00 CEST"
        );
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_refused_and_explained() {
        let check = |text: &str, expected: &str| {
            let Err(DeskError::Invalid(problems)) = berlin().instant("ends_at", text) else {
                panic!("{text} was taken");
            };
            assert_eq!(problems[0].field, "ends_at");
            assert!(problems[0].message.contains(expected), "{}", problems[0]);
        };
        check("2026-03-29T02:30", "go forward by 60 minutes");
        check("tomorrow", "is not a date and time");
        check("2026-02-30T10:00", "is not a date and time");
        check("2026-01-01T00:00Z", "is not a date and time");
    }
}
