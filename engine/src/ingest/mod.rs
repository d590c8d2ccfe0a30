//! The way in: files of records become rows and vectors, and rows become files again.

mod apply;
mod check;
mod export;
pub mod format;
mod journal;
mod known;
mod plan;
mod present;
mod rejects;
mod source;

use std::collections::HashSet;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use async_trait::async_trait;
use domain::Problem;
use domain::record::RecordKind;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use apply::{PATIENCE, vectors_or_later};
pub use apply::{Summary, apply};
pub use check::{check_all, check_one};
pub use export::{Export, ExportError, Selection};
pub use plan::{Counts, FieldChange, Plan, Planner, Sample};
pub use rejects::write_rejects;
pub use source::{LocalFile, Source, Text};

use crate::desk::Actor;
use crate::embedding::{EmbeddingError, EmbeddingProvider};
use crate::store::{Store, StoreError};

/// Why an import did not finish.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Some rows are wrong; nothing was written.
    #[error("{} problems found; nothing was imported", .0.len())]
    Rejected(Vec<Rejection>),
    /// More rows are bad than are skipped; nothing was written.
    #[error(
        "more than {MAX_SKIPPED} rows are bad; nothing was imported: correct what they have in common first"
    )]
    TooManyBad,
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
    /// It was asked to stop; so many records are saved.
    #[error(
        "the import was stopped after {0} records, which stay; the same import run again does the rest"
    )]
    Stopped(usize),
}

/// One thing wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The line on which the row starts, from 1.
    pub line: usize,
    /// What the row says it is, when that can be told.
    #[serde(default)]
    pub kind: Option<RecordKind>,
    /// The id or the key that the row gives its record; empty when that cannot be told.
    #[serde(default)]
    pub name: String,
    /// The beginning of the row as the file spells it; known only while the file is read.
    #[serde(skip)]
    pub row: String,
    /// Which field, and what to do.
    pub problem: Problem,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// Most bad rows that an import skips.
pub const MAX_SKIPPED: usize = 10_000;

/// What becomes of a file of which some rows are bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRows {
    /// Nothing of it is imported.
    Refuse,
    /// The good rows are imported, unless more than [`MAX_SKIPPED`] are bad.
    Skip,
}

/// Hears how far a long work has come.
#[async_trait]
pub trait Progress: Send + Sync {
    /// So many bad rows are skipped, for these reasons.
    async fn skip(&self, _rejections: &[Rejection], _rows: usize) {}
    /// The work starts; `total` steps lie ahead.
    async fn start(&self, total: usize);
    /// `done` steps are finished and committed. Says whether to go on.
    async fn advance(&self, done: usize) -> ControlFlow<()>;
    /// The work is finished.
    async fn finish(&self);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

#[async_trait]
impl Progress for Silent {
    async fn start(&self, _: usize) {}
    async fn advance(&self, _: usize) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    async fn finish(&self) {}
}

/// Reads a whole file without writing anything. Returns what an import of its good rows would do, and
/// what is wrong with the others.
///
/// # Errors
/// [`ImportError::File`] when the file cannot be read, [`ImportError::Store`] when the database fails.
pub async fn plan(
    store: &Store,
    source: &Arc<dyn Source>,
) -> Result<(Plan, Vec<Rejection>), ImportError> {
    plan_within(store, source, usize::MAX).await
}

/// The same, unless more than `most` rows are bad.
async fn plan_within(
    store: &Store,
    source: &Arc<dyn Source>,
    most: usize,
) -> Result<(Plan, Vec<Rejection>), ImportError> {
    let mut planner = Planner::start(store, source).await?;
    let mut rejections = Vec::new();
    while let Some(more) = planner.step().await? {
        rejections.extend(more);
        if planner.rejected() > most {
            return Err(ImportError::TooManyBad);
        }
    }
    Ok((planner.finish(), rejections))
}

/// Reads and checks a file, and saves what is new or changed in it; `bad_rows` says whether to do so
/// when not all of it is good. `actor` is who does it, for the audit log.
///
/// # Errors
/// [`ImportError`]; with [`ImportError::Rejected`], [`ImportError::TooManyBad`] and [`ImportError::File`] nothing was
/// written.
pub async fn import(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    source: &Arc<dyn Source>,
    bad_rows: BadRows,
    actor: &Actor,
    progress: &dyn Progress,
) -> Result<Summary, ImportError> {
    let most = match bad_rows {
        BadRows::Refuse => usize::MAX,
        BadRows::Skip => MAX_SKIPPED,
    };
    let (plan, rejections) = plan_within(store, source, most).await?;
    if !rejections.is_empty() && bad_rows == BadRows::Refuse {
        return Err(ImportError::Rejected(rejections));
    }
    let skipped: HashSet<usize> = rejections.iter().map(|rejection| rejection.line).collect();
    if !skipped.is_empty() {
        progress.skip(&rejections, skipped.len()).await;
    }
    let good = apply::Good {
        source,
        plan: &plan,
        skipped: &skipped,
    };
    apply::carry_out(store, provider, good, actor, progress).await
}
