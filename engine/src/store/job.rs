//! Long works, and how far they have come.

use std::time::Duration;

use serde_json::Value;
use sqlx::postgres::types::PgInterval;
use time::OffsetDateTime;

use super::{Store, StoreError, StoreTransaction};
use crate::ingest::Summary;

/// What is said of a job whose node is gone.
const ABANDONED: &str = "the server that ran the import has stopped; what was saved stays. Run it again: the same \
     file does the rest";

/// An import.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its row number.
    pub id: i64,
    /// The file's name.
    pub file: String,
    /// Who wanted it.
    pub by: String,
    /// When it was begun.
    pub created_at: OffsetDateTime,
    /// Bad rows of the file that are skipped.
    pub skipped: u64,
    /// Whether these can still be downloaded.
    pub rejects_kept: bool,
    /// How far it has come.
    pub state: JobState,
}

/// How far a job has come.
#[derive(Debug, Clone, PartialEq)]
pub enum JobState {
    /// It goes on.
    Running {
        /// Records saved.
        done: u64,
        /// Records to save; `None` while the file is being checked.
        total: Option<u64>,
        /// Whether somebody wants it to stop.
        cancelling: bool,
    },
    /// All was done.
    Succeeded {
        /// What it did.
        summary: Summary,
        /// When it was over.
        at: OffsetDateTime,
    },
    /// Something went wrong.
    Failed {
        /// What, and what to do.
        error: String,
        /// Records saved before.
        done: u64,
        /// When.
        at: OffsetDateTime,
    },
    /// It was stopped.
    Cancelled {
        /// Records saved before.
        done: u64,
        /// When.
        at: OffsetDateTime,
    },
}

/// What a job hears when it says how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// To go on.
    Go,
    /// To stop: somebody wants that, or the job was given up for lost.
    Stop,
}

impl JobState {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Running { .. })
    }
}

impl Store {
    /// The last imports, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row is unreadable.
    pub async fn imports(&self, limit: i64) -> Result<Vec<Job>, StoreError> {
        self.import_rows(None, limit).await
    }

    /// One import.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the row is unreadable.
    pub async fn import_job(&self, id: i64) -> Result<Option<Job>, StoreError> {
        Ok(self.import_rows(Some(id), 1).await?.pop())
    }

    async fn import_rows(&self, id: Option<i64>, limit: i64) -> Result<Vec<Job>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT id, state, payload, done, total, error, outcome, created_at, finished_at,
                    cancel_requested_at, skipped, rejects IS NOT NULL AS "rejects_kept!"
             FROM jobs
             WHERE kind = 'import' AND ($1::bigint IS NULL OR id = $1)
             ORDER BY id DESC
             LIMIT $2"#,
            id,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let at = row.finished_at.unwrap_or(row.created_at);
                let done = u64::try_from(row.done).unwrap_or(0);
                let word = |name: &str| row.payload[name].as_str().unwrap_or_default().to_owned();
                let state = match row.state.as_str() {
                    "succeeded" => JobState::Succeeded {
                        summary: serde_json::from_value(row.outcome.unwrap_or_default()).map_err(
                            |error| StoreError::malformed("an import's outcome", &error),
                        )?,
                        at,
                    },
                    "failed" => JobState::Failed {
                        error: row.error.unwrap_or_default(),
                        done,
                        at,
                    },
                    "cancelled" => JobState::Cancelled { done, at },
                    _ => JobState::Running {
                        done,
                        total: row.total.and_then(|total| u64::try_from(total).ok()),
                        cancelling: row.cancel_requested_at.is_some(),
                    },
                };
                Ok(Job {
                    id: row.id,
                    file: word("file"),
                    by: word("by"),
                    created_at: row.created_at,
                    skipped: u64::try_from(row.skipped).unwrap_or(0),
                    rejects_kept: row.rejects_kept,
                    state,
                })
            })
            .collect()
    }

    /// Notes how far a running job has come, and that its node is alive for as long as `lease`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn beat(
        &self,
        job: i64,
        done: Option<usize>,
        total: Option<usize>,
        lease: Duration,
    ) -> Result<Beat, StoreError> {
        let number = |count: Option<usize>| count.and_then(|count| i64::try_from(count).ok());
        let wanted = sqlx::query_scalar!(
            r#"UPDATE jobs SET done = coalesce($2, done),
                   total = greatest(coalesce($3, total), coalesce($2, done)),
                   lease_until = now() + $4::interval
               WHERE id = $1 AND state = 'running'
               RETURNING cancel_requested_at IS NULL AS "wanted!""#,
            job,
            number(done),
            number(total),
            interval(lease)?
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(match wanted {
            Some(true) => Beat::Go,
            Some(false) | None => Beat::Stop,
        })
    }

    /// Keeps the table of the bad rows that an import skips.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_rejects(
        &self,
        job: i64,
        skipped: usize,
        table: &[u8],
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE jobs SET skipped = $2, rejects = $3 WHERE id = $1",
            job,
            i32::try_from(skipped).unwrap_or(i32::MAX),
            table
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The table of the bad rows that an import skips, for as long as it is kept.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn rejects(&self, job: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let table = sqlx::query_scalar!("SELECT rejects FROM jobs WHERE id = $1", job)
            .fetch_optional(&self.pool)
            .await?;
        Ok(table.flatten())
    }

    /// Gives up imports whose nodes have not been heard of for as long as they were to be.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn fail_abandoned_imports(&self) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE jobs SET state = 'failed', error = $1, finished_at = now()
             WHERE kind = 'import' AND state = 'running' AND lease_until < now()",
            ABANDONED
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl StoreTransaction {
    /// Makes an import that runs from this moment. `payload` says which file and for whom.
    ///
    /// # Errors
    /// [`StoreError::Refused`] while another import runs.
    pub async fn begin_import(
        &mut self,
        payload: &Value,
        holder: &str,
        lease: Duration,
    ) -> Result<i64, StoreError> {
        let id = sqlx::query_scalar!(
            "INSERT INTO jobs (kind, state, payload, lease_holder, lease_until, started_at)
             VALUES ('import', 'running', $1, $2, now() + $3::interval, now())
             RETURNING id",
            payload,
            holder,
            interval(lease)?
        )
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(id)
    }

    /// Ends a running import. Returns whether it ran; one that was given up for lost stays so.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn finish_import(
        &mut self,
        job: i64,
        state: &str,
        error: Option<&str>,
        outcome: Option<&Value>,
    ) -> Result<bool, StoreError> {
        let ended = sqlx::query!(
            "UPDATE jobs SET state = $2, error = $3, outcome = $4, finished_at = now()
             WHERE id = $1 AND state = 'running'",
            job,
            state,
            error,
            outcome
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(ended.rows_affected() > 0)
    }

    /// Asks a running job to stop. Returns whether it ran.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn cancel_job(&mut self, job: i64) -> Result<bool, StoreError> {
        let asked = sqlx::query!(
            "UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, now())
             WHERE id = $1 AND kind = 'import' AND state = 'running'",
            job
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(asked.rows_affected() > 0)
    }
}

fn interval(duration: Duration) -> Result<PgInterval, StoreError> {
    PgInterval::try_from(duration)
        .map_err(|error| StoreError::malformed("a length of time", &error))
}
