//! Jobs that fill embedding spaces: one per space, whichever node runs it.
//!
//! Whoever runs a job holds a lease and says so again long before it lapses. Everything a job
//! writes goes through a transaction that asks whether the lease still holds: a node that was
//! paused, cancelled or overtaken writes nothing any more.

use std::time::Duration;

use time::OffsetDateTime;

use super::space::interval;
use super::{Store, StoreError, StoreTransaction};

/// A job that fills a space.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbedJob {
    /// Its row number.
    pub id: i64,
    /// The space's version.
    pub space: i32,
    /// How far it has come.
    pub state: EmbedJobState,
    /// Texts that have their vectors.
    pub done: i64,
    /// Texts that there are.
    pub total: i64,
    /// Tokens that were embedded.
    pub tokens: i64,
    /// Seconds that embedding took.
    pub worked_seconds: f64,
    /// What was last in the way; the job goes on by itself when it is running.
    pub error: Option<String>,
    /// Who started it.
    pub by: String,
    /// When.
    pub created_at: OffsetDateTime,
}

/// How far a job has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmbedJobState {
    /// It waits for a node.
    Queued,
    /// A node works on it.
    Running {
        /// The node.
        node: String,
        /// What it is at.
        phase: Phase,
    },
    /// Somebody paused it, or it paused itself and says why.
    Paused,
    /// The space is complete.
    Succeeded {
        /// Since when.
        at: OffsetDateTime,
    },
    /// It was given up.
    Failed {
        /// When.
        at: OffsetDateTime,
    },
    /// Somebody stopped it.
    Cancelled {
        /// When.
        at: OffsetDateTime,
    },
}

/// What a running job is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Texts become vectors.
    Texts,
    /// The index is built.
    Index,
}

/// Something a job did.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobStep {
    /// Texts that got a vector.
    pub texts: i64,
    /// Tokens that were embedded for it.
    pub tokens: i64,
    /// Seconds it took.
    pub seconds: f64,
}

impl EmbedJob {
    /// Texts a second; `None` before anything was done.
    pub fn rate(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no more")]
        let done = self.done as f64;
        (self.worked_seconds > 0.0 && done > 0.0).then(|| done / self.worked_seconds)
    }

    /// Seconds until all texts have vectors, at the rate so far.
    pub fn seconds_left(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a guess needs no more")]
        let left = (self.total - self.done).max(0) as f64;
        Some(left / self.rate()?)
    }

    /// Whether more will happen by itself.
    pub fn is_moving(&self) -> bool {
        matches!(
            self.state,
            EmbedJobState::Queued | EmbedJobState::Running { .. }
        )
    }

    /// Whether it can still come to its end; a paused one waits for somebody.
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            EmbedJobState::Queued | EmbedJobState::Running { .. } | EmbedJobState::Paused
        )
    }
}

impl EmbedJobState {
    /// The word by which it is stored and shown.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running { .. } => "running",
            Self::Paused => "paused",
            Self::Succeeded { .. } => "succeeded",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Phase {
    /// The word by which it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Index => "index",
        }
    }
}

impl Store {
    /// The last jobs, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn embed_jobs(&self, limit: i64) -> Result<Vec<EmbedJob>, StoreError> {
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT id, space_version AS "space!", state, phase, done, total, tokens, worked_seconds, error,
                      payload ->> 'by' AS by, lease_holder, created_at, finished_at
               FROM jobs WHERE kind = 'embed' ORDER BY id DESC LIMIT $1"#,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Row::read).collect())
    }

    /// The last job of a space.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn embed_job_of(&self, space: i32) -> Result<Option<EmbedJob>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT id, space_version AS "space!", state, phase, done, total, tokens, worked_seconds, error,
                      payload ->> 'by' AS by, lease_holder, created_at, finished_at
               FROM jobs WHERE kind = 'embed' AND space_version = $1 ORDER BY id DESC LIMIT 1"#,
            space
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(Row::read))
    }

    /// Takes a job of one of `spaces` to run it: one that waits for a node, or whose node has let the
    /// lease lapse.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn claim_embed_job(
        &self,
        spaces: &[i32],
        node: &str,
        lease: Duration,
    ) -> Result<Option<EmbedJob>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            r#"UPDATE jobs SET state = 'running', phase = 'texts', lease_holder = $2,
                      lease_until = now() + $3, started_at = coalesce(started_at, now())
               WHERE id = (
                   SELECT id FROM jobs
                   WHERE kind = 'embed' AND space_version = ANY ($1)
                     AND (state = 'queued' OR state = 'running' AND lease_until < now())
                   ORDER BY id LIMIT 1
                   FOR UPDATE SKIP LOCKED)
               RETURNING id, space_version AS "space!", state, phase, done, total, tokens, worked_seconds, error,
                         payload ->> 'by' AS by, lease_holder, created_at, finished_at"#,
            spaces,
            node,
            interval(lease)
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(Row::read))
    }

    /// Says that a node still works on a job, and what was last in the way. Returns whether the job
    /// is still the node's.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn renew_lease(
        &self,
        job: i64,
        node: &str,
        lease: Duration,
        error: Option<&str>,
    ) -> Result<bool, StoreError> {
        let renewed = sqlx::query!(
            "UPDATE jobs SET lease_until = now() + $3, error = $4
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node,
            interval(lease),
            error
        )
        .execute(&self.pool)
        .await?;
        Ok(renewed.rows_affected() > 0)
    }

    /// Says what a node is at, and how many texts there are. Returns whether the job is still the
    /// node's.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn enter_phase(
        &self,
        job: i64,
        node: &str,
        phase: Phase,
        waiting: i64,
    ) -> Result<bool, StoreError> {
        let entered = sqlx::query!(
            "UPDATE jobs SET phase = $3, total = done + $4
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node,
            phase.as_str(),
            waiting
        )
        .execute(&self.pool)
        .await?;
        Ok(entered.rows_affected() > 0)
    }

    /// Lets a job wait until somebody resumes it, and says why. Returns whether it was the node's.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn suspend_embed_job(
        &self,
        job: i64,
        node: &str,
        error: &str,
    ) -> Result<bool, StoreError> {
        let suspended = sqlx::query!(
            "UPDATE jobs SET state = 'paused', error = $3, lease_holder = NULL, lease_until = NULL
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node,
            error
        )
        .execute(&self.pool)
        .await?;
        Ok(suspended.rows_affected() > 0)
    }

    /// Gives a job back, so that another node can take it at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn release_embed_job(&self, job: i64, node: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE jobs SET state = 'queued', lease_holder = NULL, lease_until = NULL
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The rate of the last jobs that embedded with this provider and model, in texts a second.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn measured_rate(
        &self,
        provider: &str,
        model: &str,
    ) -> Result<Option<f64>, StoreError> {
        let rate = sqlx::query_scalar!(
            r#"SELECT j.done / j.worked_seconds AS "rate!"
               FROM jobs j JOIN embedding_spaces s ON s.version = j.space_version
               WHERE s.provider = $1 AND s.model = $2 AND j.done >= 10 AND j.worked_seconds > 0
               ORDER BY j.id DESC LIMIT 1"#,
            provider,
            model
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(rate)
    }
}

impl StoreTransaction {
    /// Makes a job for a space, unless there is an open one. Returns its number and whether it is
    /// new.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn make_embed_job(
        &mut self,
        space: i32,
        by: &str,
        total: i64,
    ) -> Result<(i64, bool), StoreError> {
        let made = sqlx::query_scalar!(
            "INSERT INTO jobs (kind, space_version, payload, total)
             VALUES ('embed', $1, jsonb_build_object('by', $2::text), $3)
             ON CONFLICT (space_version) WHERE state IN ('queued', 'running', 'paused') DO NOTHING
             RETURNING id",
            space,
            by,
            total
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        if let Some(id) = made {
            return Ok((id, true));
        }
        let id = sqlx::query_scalar!(
            "SELECT id FROM jobs WHERE space_version = $1 AND state IN ('queued', 'running', 'paused')",
            space
        )
        .fetch_one(&mut *self.tx)
        .await?;
        Ok((id, false))
    }

    /// Counts what a node did for a job and renews its lease. Returns whether the job is still the
    /// node's: if not, nothing of this transaction may be committed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn count_step(
        &mut self,
        job: i64,
        node: &str,
        lease: Duration,
        step: JobStep,
    ) -> Result<bool, StoreError> {
        let counted = sqlx::query!(
            "UPDATE jobs SET done = done + $4, total = greatest(total, done + $4), tokens = tokens + $5,
                    worked_seconds = worked_seconds + $6, error = NULL, lease_until = now() + $3
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node,
            interval(lease),
            step.texts,
            step.tokens,
            step.seconds
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(counted.rows_affected() > 0)
    }

    /// Notes that a job has done its work. Returns whether the job was still the node's.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn finish_embed_job(&mut self, job: i64, node: &str) -> Result<bool, StoreError> {
        let finished = sqlx::query!(
            "UPDATE jobs SET state = 'succeeded', finished_at = now(), error = NULL, phase = NULL,
                    lease_holder = NULL, lease_until = NULL
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(finished.rows_affected() > 0)
    }

    /// Pauses the open job of a space. Returns whether there was one to pause.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn pause_embed_job(&mut self, space: i32) -> Result<bool, StoreError> {
        let paused = sqlx::query!(
            "UPDATE jobs SET state = 'paused', lease_holder = NULL, lease_until = NULL
             WHERE space_version = $1 AND state IN ('queued', 'running')",
            space
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(paused.rows_affected() > 0)
    }

    /// Lets the paused job of a space go on. Returns whether there was one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn resume_embed_job(&mut self, space: i32) -> Result<bool, StoreError> {
        let resumed = sqlx::query!(
            "UPDATE jobs SET state = 'queued', error = NULL WHERE space_version = $1 AND state = 'paused'",
            space
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(resumed.rows_affected() > 0)
    }

    /// Stops the open job of a space for good. Returns whether there was one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn cancel_embed_job(&mut self, space: i32) -> Result<bool, StoreError> {
        let cancelled = sqlx::query!(
            "UPDATE jobs SET state = 'cancelled', finished_at = now(), lease_holder = NULL, lease_until = NULL
             WHERE space_version = $1 AND state IN ('queued', 'running', 'paused')",
            space
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(cancelled.rows_affected() > 0)
    }
}

/// A row of the table.
struct Row {
    id: i64,
    space: i32,
    state: String,
    phase: Option<String>,
    done: i64,
    total: Option<i64>,
    tokens: i64,
    worked_seconds: f64,
    error: Option<String>,
    by: Option<String>,
    lease_holder: Option<String>,
    created_at: OffsetDateTime,
    finished_at: Option<OffsetDateTime>,
}

impl Row {
    fn read(self) -> EmbedJob {
        let at = self.finished_at.unwrap_or(self.created_at);
        let state = match self.state.as_str() {
            "queued" => EmbedJobState::Queued,
            "running" => EmbedJobState::Running {
                node: self.lease_holder.unwrap_or_default(),
                phase: match self.phase.as_deref() {
                    Some("index") => Phase::Index,
                    _ => Phase::Texts,
                },
            },
            "paused" => EmbedJobState::Paused,
            "succeeded" => EmbedJobState::Succeeded { at },
            "cancelled" => EmbedJobState::Cancelled { at },
            _ => EmbedJobState::Failed { at },
        };
        EmbedJob {
            id: self.id,
            space: self.space,
            state,
            done: self.done,
            total: self.total.unwrap_or(self.done),
            tokens: self.tokens,
            worked_seconds: self.worked_seconds,
            error: self.error,
            by: self.by.unwrap_or_default(),
            created_at: self.created_at,
        }
    }
}
