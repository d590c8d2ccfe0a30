//! What people order of the jobs that fill spaces. A space has one open job at most.

use super::{StoreError, StoreTransaction};

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
            "UPDATE jobs SET state = 'queued', error = NULL, again_at = NULL
             WHERE space_version = $1 AND state = 'paused'",
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
