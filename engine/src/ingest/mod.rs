//! The way in: files of records become rows and vectors, and rows become files again.

mod apply;
mod check;
mod export;
pub mod format;

use std::fmt;
use std::io::BufRead;

use domain::Problem;
use thiserror::Error;

pub(crate) use apply::vectors_or_later;
pub use apply::{Summary, apply};
pub use check::{check, check_all, check_one};
pub use export::records;

use crate::embedding::{EmbeddingError, EmbeddingProvider};
use crate::store::{Store, StoreError};
use format::Format;

/// Why an import did not finish.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Some rows are wrong; nothing was written.
    #[error("{} problems found; nothing was imported", .0.len())]
    Rejected(Vec<Rejection>),
    /// The file could not be read to its end; nothing was written.
    #[error("the file cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The embedding provider failed; batches saved before stay.
    #[error(
        "texts could not be embedded: {0}; what was saved stays, and the same import run again does the rest"
    )]
    Embedding(#[from] EmbeddingError),
    /// The database failed; batches saved before stay.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something the file refers to was deleted while it was imported.
    #[error("{0}; it was deleted during the import: run the import again")]
    Vanished(String),
}

/// One thing wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The line on which the row starts, from 1.
    pub line: usize,
    /// Which field, and what to do.
    pub problem: Problem,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// Hears how far a long work has come.
pub trait Progress: Sync {
    /// The work starts; `total` steps lie ahead.
    fn start(&self, total: usize);
    /// `done` steps are finished and committed.
    fn advance(&self, done: usize);
    /// The work is finished.
    fn finish(&self);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: usize) {}
    fn advance(&self, _: usize) {}
    fn finish(&self) {}
}

/// Reads, checks and saves a file.
///
/// # Errors
/// [`ImportError`]; with [`ImportError::Rejected`] and [`ImportError::File`] nothing was written.
pub async fn import(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    format: Format,
    reader: impl BufRead,
    progress: &dyn Progress,
) -> Result<Summary, ImportError> {
    let rows = format::read(format, reader).collect::<Result<Vec<_>, _>>()?;
    let records = check(store, rows).await?;
    apply(store, provider, records, progress).await
}
