//! What the node that runs a job says about it.
//!
//! It holds a lease and says so again long before it lapses. Everything it writes goes through a
//! transaction that asks whether the lease still holds: a node that was paused, cancelled or
//! overtaken writes nothing any more.

use std::time::Duration;

use super::embed_job::Row;
use super::space::interval;
use super::{EmbedJob, JobStep, Phase, Store, StoreError, StoreTransaction};
use crate::embedding::Pause;

impl Store {
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
                      lease_until = now() + $3, heard_at = now(), started_at = coalesce(started_at, now())
               WHERE id = (
                   SELECT id FROM jobs
                   WHERE kind = 'embed' AND space_version = ANY ($1)
                     AND (state = 'queued' OR state = 'running' AND lease_until < now())
                   ORDER BY id LIMIT 1
                   FOR UPDATE SKIP LOCKED)
               RETURNING id, space_version AS "space!", state, phase, done, total, tokens, worked_seconds, error,
                         payload ->> 'by' AS by, lease_holder, created_at, finished_at,
                         extract(epoch FROM again_at - now())::float8 AS rest,
                         extract(epoch FROM now() - heard_at)::float8 AS silent,
                         extract(epoch FROM lease_until - now())::float8 AS lapses"#,
            spaces,
            node,
            interval(lease)
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(Row::read))
    }

    /// Says that a node still works on a job, and what it waits for. Returns whether the job is still
    /// the node's.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn renew_lease(
        &self,
        job: i64,
        node: &str,
        lease: Duration,
        pause: Option<&Pause>,
    ) -> Result<bool, StoreError> {
        let renewed = sqlx::query!(
            "UPDATE jobs SET lease_until = now() + $3, heard_at = now(), error = $4, again_at = now() + $5::interval
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node,
            interval(lease),
            pause.map(|pause| pause.reason.as_str()),
            pause.map(|pause| interval(pause.left)) as _
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
            "UPDATE jobs SET state = 'paused', error = $3, again_at = NULL, lease_holder = NULL, lease_until = NULL
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node,
            error
        )
        .execute(&self.pool)
        .await?;
        Ok(suspended.rows_affected() > 0)
    }

    /// Gives back the job that a node holds, so that another can take it at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn release_embed_job(&self, node: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE jobs SET state = 'queued', lease_holder = NULL, lease_until = NULL
             WHERE kind = 'embed' AND state = 'running' AND lease_holder = $1",
            node
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl StoreTransaction {
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
                    worked_seconds = worked_seconds + $6, error = NULL, again_at = NULL,
                    lease_until = now() + $3, heard_at = now()
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
            "UPDATE jobs SET state = 'succeeded', finished_at = now(), error = NULL, again_at = NULL, phase = NULL,
                    lease_holder = NULL, lease_until = NULL
             WHERE id = $1 AND state = 'running' AND lease_holder = $2",
            job,
            node
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(finished.rows_affected() > 0)
    }
}
