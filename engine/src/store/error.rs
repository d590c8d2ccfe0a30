//! What can go wrong between Landfall and its database.

use std::fmt;

use sqlx::error::ErrorKind;
use thiserror::Error;

/// A failed read or write. Nothing of a failed transaction is kept.
#[derive(Debug, Error)]
pub enum StoreError {
    /// What was to be read belongs to a newer revision than the one asked for.
    #[error("the catalog has moved on to a newer revision")]
    Superseded,
    /// The server did not answer in time.
    #[error("PostgreSQL does not answer; check that it runs and that DATABASE_URL names it")]
    Unreachable,
    /// The server is not one Landfall can work with.
    #[error("{0}")]
    Unsupported(String),
    /// A constraint of the schema refused the change.
    #[error("{message}")]
    Refused {
        /// The constraint's name in the schema.
        constraint: String,
        /// What the constraint protects, for people.
        message: &'static str,
        /// The database's own words.
        source: sqlx::Error,
    },
    /// A text to be kept or looked for has a character that PostgreSQL's texts cannot have.
    #[error("a text contains the character U+0000, which no text may have; remove it")]
    NotText,
    /// A stored value does not have the form this version expects.
    #[error("{what} cannot be read: {reason}")]
    Malformed {
        /// Which value.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The schema could not be brought up to date.
    #[error("the database schema cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Anything else the database says.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

/// Constraints a person can run into, and what they protect.
const REFUSALS: [(&str, &str); 9] = [
    (
        "jobs_one_import",
        "another import is running; wait until it is over, or cancel it",
    ),
    (
        "uploads_one_person",
        "another file is on its way; upload one at a time",
    ),
    (
        "upload_pieces_upload_id_fkey",
        "another file has taken this one's place; upload one at a time",
    ),
    (
        "variants_segment_in_use",
        "the segment is still used by variants; move or archive them first",
    ),
    (
        "variants_page_id_fkey",
        "the page still has variants; delete them first",
    ),
    (
        "pages_path_unique",
        "another page already has this path; choose another path",
    ),
    (
        "segments_key_unique",
        "another segment already has this key; choose another key",
    ),
    (
        "segments_default_matches_everyone",
        "the default segment matches everyone; its condition stays {}",
    ),
    (
        "variants_ends_after_start",
        "a variant ends after it starts; correct the dates",
    ),
];

/// PostgreSQL's codes, or classes of them, for what passes by itself: connections that break, a server that
/// stops, starts or has no connection left, and transactions that were in each other's way.
const PASSING: [&str; 7] = ["08", "40", "53300", "57P01", "57P02", "57P03", "57P05"];

/// PostgreSQL's code for a character that its encoding does not have.
const CHARACTER_NOT_IN_REPERTOIRE: &str = "22021";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(cause) = &error
            && cause.code().as_deref() == Some(CHARACTER_NOT_IN_REPERTOIRE)
        {
            return Self::NotText;
        }
        let constraint = match &error {
            sqlx::Error::Database(cause) if !matches!(cause.kind(), ErrorKind::Other) => {
                cause.constraint().map(str::to_owned)
            }
            _ => None,
        };
        let Some(constraint) = constraint else {
            return Self::Database(error);
        };
        let message = REFUSALS
            .iter()
            .find_map(|(name, message)| (*name == constraint).then_some(*message))
            .unwrap_or("the database refused the change because it breaks a rule of the schema");
        Self::Refused {
            constraint,
            message,
            source: error,
        }
    }
}

impl StoreError {
    /// Whether the same can succeed later without anybody doing something: the server is restarting, say.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Database(sqlx::Error::Database(cause)) => {
                let code = cause.code().unwrap_or_default();
                PASSING.iter().any(|start| code.starts_with(start))
            }
            Self::Database(error) => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            ),
            _ => false,
        }
    }

    /// A stored value that this version cannot read.
    pub(crate) fn malformed(what: impl Into<String>, reason: &dyn fmt::Display) -> Self {
        Self::Malformed {
            what: what.into(),
            reason: reason.to_string(),
        }
    }
}
