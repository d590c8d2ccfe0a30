//! A variant's life: draft, scheduled, published, archived.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;

/// Where a variant stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written; no visitor sees it.
    Draft,
    /// Shown from its start to its end instant.
    Scheduled,
    /// Shown.
    Published,
    /// Kept, no longer shown.
    Archived,
}

/// A text that names no status.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a status: use draft, scheduled, published or archived")]
pub struct StatusError(String);

/// How a revision came about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody wrote it.
    #[default]
    Saved,
    /// It repeats an earlier revision.
    Restored {
        /// That revision's number.
        from: i32,
    },
    /// It began as a copy of another variant.
    Duplicated,
    /// It came with a file.
    Imported,
}

impl Origin {
    /// The origin as the database spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Restored { .. } => "restored",
            Self::Duplicated => "duplicated",
            Self::Imported => "imported",
        }
    }
}

impl Status {
    /// Every status, in the order of a variant's life.
    pub const ALL: [Self; 4] = [
        Self::Draft,
        Self::Scheduled,
        Self::Published,
        Self::Archived,
    ];

    /// The status as files and the database spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }

    /// Whether visitors see a variant of this status at `now`.
    ///
    /// A schedule's start is inclusive and its end exclusive; a missing bound is open.
    pub fn is_live(
        self,
        starts_at: Option<OffsetDateTime>,
        ends_at: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) -> bool {
        let within =
            starts_at.is_none_or(|start| start <= now) && ends_at.is_none_or(|end| now < end);
        match self {
            Self::Published | Self::Scheduled => within,
            Self::Draft | Self::Archived => false,
        }
    }
}

impl FromStr for Status {
    type Err = StatusError;

    fn from_str(text: &str) -> Result<Self, StatusError> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| StatusError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_schedule_includes_its_start_and_excludes_its_end() {
        let start = Some(datetime!(2026-03-01 00:00 UTC));
        let end = Some(datetime!(2026-04-01 00:00 UTC));
        let check = |status: Status, now, expected| {
            assert_eq!(
                status.is_live(start, end, now),
                expected,
                "{status} at {now}"
            );
        };
        check(Status::Scheduled, datetime!(2026-02-28 23:59:59 UTC), false);
        check(Status::Scheduled, datetime!(2026-03-01 00:00 UTC), true);
        check(Status::Scheduled, datetime!(2026-03-31 23:59:59 UTC), true);
        check(Status::Scheduled, datetime!(2026-04-01 00:00 UTC), false);
        check(Status::Draft, datetime!(2026-03-15 00:00 UTC), false);
        check(Status::Archived, datetime!(2026-03-15 00:00 UTC), false);
    }
}
