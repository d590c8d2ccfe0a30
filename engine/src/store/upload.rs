//! Files that are to be imported, kept between their arrival and the end of the import.

use std::time::Duration;

use domain::UserId;
use serde::{Deserialize, Serialize};
use sqlx::PgExecutor;
use sqlx::postgres::types::PgInterval;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{Store, StoreError, StoreTransaction};
use crate::ingest::format::Format;
use crate::ingest::{Plan, Rejection};

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A person's, who has one file at a time.
    Person(UserId),
    /// A token's, by its row number.
    Token(i64),
}

/// What a dry run found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// What an import would do.
    pub plan: Plan,
    /// What is wrong with the file: the first of it.
    pub rejections: Vec<Rejection>,
    /// How much is wrong with it in all.
    pub problems: usize,
    /// The file's bytes.
    pub bytes: u64,
}

/// A file that has arrived.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its row number.
    pub id: i64,
    /// The file's name.
    pub name: String,
    /// How it spells its records.
    pub format: Format,
    /// What the dry run found.
    pub findings: Findings,
    /// The job that imports it, once somebody wanted that.
    pub job: Option<i64>,
    /// When it began to arrive.
    pub created_at: OffsetDateTime,
}

impl Owner {
    fn user(self) -> Option<i64> {
        match self {
            Self::Person(id) => Some(id.0),
            Self::Token(_) => None,
        }
    }

    fn token(self) -> Option<i64> {
        match self {
            Self::Person(_) => None,
            Self::Token(id) => Some(id),
        }
    }
}

impl Store {
    /// Makes room for a file. A person's former file goes, unless it is being imported.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn begin_upload(
        &self,
        owner: Owner,
        name: &str,
        format: Format,
    ) -> Result<i64, StoreError> {
        let mut tx = self.pool.begin().await?;
        discard_waiting(&mut *tx, owner).await?;
        let id = sqlx::query_scalar!(
            "INSERT INTO uploads (user_id, token_id, name, format) VALUES ($1, $2, $3, $4)
             RETURNING id",
            owner.user(),
            owner.token(),
            name,
            format.as_str()
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Adds a piece to a file, the first as number 0.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the file is gone meanwhile; [`StoreError`] when the database
    /// fails.
    pub async fn add_piece(
        &self,
        upload: i64,
        number: i32,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO upload_pieces (upload_id, number, bytes) VALUES ($1, $2, $3)",
            upload,
            number,
            bytes
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A piece of a file; `None` behind the last one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn piece(&self, upload: i64, number: i32) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes = sqlx::query_scalar!(
            "SELECT bytes FROM upload_pieces WHERE upload_id = $1 AND number = $2",
            upload,
            number
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(bytes)
    }

    /// Remembers what a dry run found. From now on the file has arrived.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_findings(&self, upload: i64, findings: &Findings) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE uploads SET findings = $2 WHERE id = $1",
            upload,
            Json(findings) as _
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The file of somebody that waits for a decision; with `id` that one, whatever became of it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or what a dry run found is unreadable.
    pub async fn upload(
        &self,
        owner: Owner,
        id: Option<i64>,
    ) -> Result<Option<Upload>, StoreError> {
        let row = sqlx::query!(
            r#"SELECT id, name, format, job_id, created_at,
                      findings AS "findings!: Json<Findings>"
               FROM uploads
               WHERE (user_id = $1 OR token_id = $2) AND findings IS NOT NULL
                 AND CASE WHEN $3::bigint IS NULL THEN job_id IS NULL ELSE id = $3 END
               ORDER BY id DESC
               LIMIT 1"#,
            owner.user(),
            owner.token(),
            id
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(Upload {
                id: row.id,
                name: row.name,
                format: parse_format(&row.format)?,
                findings: row.findings.0,
                job: row.job_id,
                created_at: row.created_at,
            })
        })
        .transpose()
    }

    /// Drops the file of a person that waits for a decision.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn discard_waiting_upload(&self, owner: Owner) -> Result<(), StoreError> {
        discard_waiting(&self.pool, owner).await
    }

    /// Drops a file that no job imports.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn discard_upload(&self, upload: i64) -> Result<(), StoreError> {
        sqlx::query!(
            "DELETE FROM uploads WHERE id = $1 AND job_id IS NULL",
            upload
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Drops files that nobody imported within `age`, the bytes of those whose import has ended, and
    /// the tables of skipped rows of imports that ended `age` ago.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drop_old_uploads(&self, age: Duration) -> Result<(), StoreError> {
        let age = PgInterval::try_from(age)
            .map_err(|error| StoreError::malformed("a length of time", &error))?;
        sqlx::query!(
            "DELETE FROM uploads WHERE job_id IS NULL AND created_at < now() - $1::interval",
            age.clone()
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!(
            "DELETE FROM upload_pieces p USING uploads u, jobs j
             WHERE p.upload_id = u.id AND u.job_id = j.id AND j.finished_at IS NOT NULL"
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!(
            "UPDATE jobs SET rejects = NULL
             WHERE rejects IS NOT NULL AND finished_at < now() - $1::interval",
            age
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl StoreTransaction {
    /// Gives a file its job. Returns whether the file is still there.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn assign_upload(&mut self, upload: i64, job: i64) -> Result<bool, StoreError> {
        let given = sqlx::query!("UPDATE uploads SET job_id = $2 WHERE id = $1", upload, job)
            .execute(&mut *self.tx)
            .await?;
        Ok(given.rows_affected() > 0)
    }

    /// Drops the bytes of a file whose import has ended.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drop_pieces(&mut self, upload: i64) -> Result<(), StoreError> {
        sqlx::query!("DELETE FROM upload_pieces WHERE upload_id = $1", upload)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// The job that a file has already.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn job_of_upload(&mut self, upload: i64) -> Result<Option<i64>, StoreError> {
        let job = sqlx::query_scalar!("SELECT job_id FROM uploads WHERE id = $1", upload)
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(job.flatten())
    }
}

async fn discard_waiting(executor: impl PgExecutor<'_>, owner: Owner) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM uploads WHERE user_id = $1 AND job_id IS NULL",
        owner.user()
    )
    .execute(executor)
    .await?;
    Ok(())
}

fn parse_format(text: &str) -> Result<Format, StoreError> {
    Format::of_name(text).ok_or_else(|| StoreError::malformed("a file's format", &text))
}
