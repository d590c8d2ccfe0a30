//! What can be done with variants, and which state it brings them into.

use domain::Problems;
use domain::variant::Status;
use time::OffsetDateTime;

use crate::desk::DeskError;
use crate::store::{State, VariantRow};

/// What to do with variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// Show the newest revision from now on. An end that lies ahead stays.
    Now,
    /// Show the newest revision from one instant to another.
    Schedule {
        /// When it starts to be shown.
        starts_at: OffsetDateTime,
        /// When it stops being shown; `None` is never.
        ends_at: Option<OffsetDateTime>,
    },
    /// Go on showing what visitors see, until an instant; `None` is for good. For variants that they
    /// see now.
    Until(Option<OffsetDateTime>),
    /// Keep it, but show it to nobody.
    Archive,
    /// Make it a draft again.
    Withdraw,
}

impl Publication {
    /// The state that a variant comes into.
    pub(super) fn state(self, row: &VariantRow, now: OffsetDateTime) -> State {
        let shown = Some(row.head.number);
        match self {
            Self::Now => State {
                status: Status::Published,
                starts_at: row.starts_at.filter(|start| *start <= now),
                ends_at: row.ends_at.filter(|end| *end > now),
                published_revision: shown,
            },
            Self::Schedule { starts_at, ends_at } => State {
                status: Status::Scheduled,
                starts_at: Some(starts_at),
                ends_at,
                published_revision: shown,
            },
            Self::Until(ends_at) => State {
                ends_at,
                ..row.state()
            },
            Self::Archive => State {
                status: Status::Archived,
                ..row.state()
            },
            Self::Withdraw => State {
                status: Status::Draft,
                published_revision: None,
                ..row.state()
            },
        }
    }

    pub(super) fn check(self, now: OffsetDateTime) -> Result<(), DeskError> {
        let mut problems = Problems::new();
        match self {
            Self::Schedule { starts_at, ends_at } => {
                if starts_at <= now {
                    problems.add(
                        "starts_at",
                        "lies in the past; choose a later time or publish now",
                    );
                }
                if ends_at.is_some_and(|end| end <= starts_at) {
                    problems.add("ends_at", "is not after the start; choose a later time");
                }
            }
            Self::Until(Some(end)) if end <= now => {
                problems.add(
                    "ends_at",
                    "lies in the past; choose a later time or archive it",
                );
            }
            Self::Now | Self::Until(_) | Self::Archive | Self::Withdraw => {}
        }
        problems.into_result().map_err(DeskError::Invalid)
    }

    /// Whether what is shown now can go on being shown.
    pub(super) fn check_shown(
        self,
        rows: &[VariantRow],
        now: OffsetDateTime,
    ) -> Result<(), DeskError> {
        let shown = |row: &VariantRow| {
            let state = row.state();
            state.status.is_live(state.starts_at, state.ends_at, now)
        };
        if matches!(self, Self::Until(_)) && !rows.iter().all(shown) {
            let message = "is for variants that visitors see now; publish or schedule it instead";
            return Err(DeskError::invalid("ends_at", message));
        }
        Ok(())
    }

    /// Whether visitors will see the newest revision.
    pub(super) fn shows(self) -> bool {
        matches!(self, Self::Now | Self::Schedule { .. })
    }

    /// Whether the newest revision's vector becomes the variant's.
    pub(super) fn decides_anew(self) -> bool {
        !matches!(self, Self::Archive | Self::Until(_))
    }

    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Now => "variant.publish",
            Self::Schedule { .. } => "variant.schedule",
            Self::Until(_) => "variant.until",
            Self::Archive => "variant.archive",
            Self::Withdraw => "variant.withdraw",
        }
    }
}
