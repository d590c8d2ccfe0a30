//! Embedding spaces: which there are, which decides, which is on its way in or out.

use std::time::Duration;

use domain::decision::Thresholds;
use sqlx::PgExecutor;
use sqlx::postgres::types::PgInterval;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::space_index::create_index;
use super::{Store, StoreError, StoreTransaction};
use crate::embedding::SpaceSpec;

/// The advisory lock of whoever keeps spaces complete.
const KEEPER_LOCK: i64 = 0x6c66_6b65_6570;

/// An embedding space with the version number its vectors carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// The number every vector of the space carries.
    pub version: i32,
    /// What makes its vectors comparable.
    pub spec: SpaceSpec,
}

/// What a space is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceState {
    /// It is being filled.
    Building,
    /// It is complete and kept so, for a switch to it or back to it.
    Ready {
        /// When it stopped deciding; `None` when it never did.
        deactivated_at: Option<OffsetDateTime>,
        /// Until when it is kept; `None` is until somebody drops it.
        keep_until: Option<OffsetDateTime>,
    },
    /// Its vectors decide.
    Active {
        /// Since when.
        since: OffsetDateTime,
    },
    /// It was given up.
    Retired {
        /// When.
        since: OffsetDateTime,
        /// Whether its last vector is deleted.
        emptied: bool,
    },
}

/// A space and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceRow {
    /// The space.
    pub space: Space,
    /// What it is there for.
    pub state: SpaceState,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// The site's thresholds when it stopped deciding.
    pub thresholds: Option<Thresholds>,
    /// What PostgreSQL said when the index could not be built.
    pub index_error: Option<String>,
}

impl SpaceState {
    /// The word by which it is stored and shown.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Ready { .. } => "ready",
            Self::Active { .. } => "active",
            Self::Retired { .. } => "retired",
        }
    }

    /// Whether every text should have a vector there.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Ready { .. } | Self::Active { .. })
    }
}

impl Store {
    /// The space whose vectors decide; `None` before the first import.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn active_space(&self) -> Result<Option<Space>, StoreError> {
        let spaces = self.spaces().await?;
        let active = |row: &SpaceRow| matches!(row.state, SpaceState::Active { .. });
        Ok(spaces.into_iter().find(active).map(|row| row.space))
    }

    /// Every space, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row is unreadable.
    pub async fn spaces(&self) -> Result<Vec<SpaceRow>, StoreError> {
        all(&self.pool).await
    }

    /// One space; `None` when there is none of this version.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the row is unreadable.
    pub async fn space(&self, version: i32) -> Result<Option<SpaceRow>, StoreError> {
        let spaces = self.spaces().await?;
        Ok(spaces.into_iter().find(|row| row.space.version == version))
    }

    /// Finds the space of `spec` that is not retired, or makes one. The first space of a site
    /// decides at once, and has its HNSW index from the start; another one is to be filled first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn ensure_space(&self, spec: &SpaceSpec) -> Result<Space, StoreError> {
        if let Some(space) = self.present_space(spec).await? {
            return Ok(space);
        }
        let mut tx = self.pool.begin().await?;
        // A second node may be making the same space.
        sqlx::query!("LOCK TABLE embedding_spaces IN SHARE ROW EXCLUSIVE MODE")
            .execute(&mut *tx)
            .await?;
        if let Some(space) = present(all(&mut *tx).await?, spec) {
            return Ok(space);
        }
        let made = sqlx::query!(
            r#"INSERT INTO embedding_spaces (provider, model, dimensions, pooling, normalisation, state)
               VALUES ($1, $2, $3, $4, $5,
                   CASE WHEN EXISTS (SELECT FROM embedding_spaces WHERE state = 'active')
                       THEN 'building' ELSE 'active' END)
               RETURNING version, state = 'active' AS "decides!""#,
            spec.provider,
            spec.model,
            i32::from(spec.dimensions),
            spec.pooling.as_str(),
            spec.normalisation.as_str()
        )
        .fetch_one(&mut *tx)
        .await?;
        let space = Space {
            version: made.version,
            spec: spec.clone(),
        };
        // Only numbers of ours are put into the statement.
        if made.decides
            && let Some(statement) = create_index(&space, self.index, false)
        {
            sqlx::query(&statement).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(space)
    }

    /// The space of `spec` that is not retired.
    pub(crate) async fn present_space(
        &self,
        spec: &SpaceSpec,
    ) -> Result<Option<Space>, StoreError> {
        Ok(present(self.spaces().await?, spec))
    }

    /// The right to keep spaces complete, which one node has at a time; `None` while another has it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn keeper_turn(&self) -> Result<Option<StoreTransaction>, StoreError> {
        let mut transaction = self.begin_beside().await?;
        let ours = sqlx::query_scalar!(
            r#"SELECT pg_try_advisory_xact_lock($1) AS "ours!""#,
            KEEPER_LOCK
        )
        .fetch_one(&mut *transaction.tx)
        .await?;
        Ok(ours.then_some(transaction))
    }

    /// Retires the spaces that were kept for long enough, and stops the jobs that fill them. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn retire_due_spaces(&self) -> Result<i64, StoreError> {
        let retired = sqlx::query_scalar!(
            r#"WITH retired AS (
                   UPDATE embedding_spaces SET state = 'retired', state_since = now(), keep_until = NULL
                   WHERE state = 'ready' AND keep_until <= now()
                   RETURNING version
               ), cancelled AS (
                   UPDATE jobs SET state = 'cancelled', finished_at = now(), lease_holder = NULL, lease_until = NULL
                   WHERE space_version IN (SELECT version FROM retired) AND state IN ('queued', 'running', 'paused')
               )
               SELECT count(*) AS "count!" FROM retired"#
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(retired)
    }

    /// Deletes up to `limit` vectors of a retired space. Returns whether any was left to delete.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drop_vectors(&self, version: i32, limit: i64) -> Result<bool, StoreError> {
        let deleted = sqlx::query!(
            "DELETE FROM embeddings WHERE space_version = $1 AND variant_id IN (
                 SELECT variant_id FROM embeddings WHERE space_version = $1
                 ORDER BY variant_id LIMIT $2 FOR UPDATE SKIP LOCKED)",
            version,
            limit
        )
        .execute(&self.pool)
        .await?
        .rows_affected();
        if deleted > 0 {
            return Ok(true);
        }
        let deleted = sqlx::query!(
            "DELETE FROM query_embeddings WHERE space_version = $1 AND text_hash IN (
                 SELECT text_hash FROM query_embeddings WHERE space_version = $1
                 ORDER BY text_hash LIMIT $2 FOR UPDATE SKIP LOCKED)",
            version,
            limit
        )
        .execute(&self.pool)
        .await?
        .rows_affected();
        Ok(deleted > 0)
    }

    /// Notes that nothing of a retired space is left. Returns whether that is so.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note_emptied(&self, version: i32) -> Result<bool, StoreError> {
        let noted = sqlx::query!(
            "UPDATE embedding_spaces SET emptied_at = now()
             WHERE version = $1 AND state = 'retired' AND emptied_at IS NULL
               AND NOT EXISTS (SELECT FROM embeddings WHERE space_version = $1)
               AND NOT EXISTS (SELECT FROM query_embeddings WHERE space_version = $1)",
            version
        )
        .execute(&self.pool)
        .await?;
        Ok(noted.rows_affected() > 0)
    }
}

impl StoreTransaction {
    /// One space, as of this transaction.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the row is unreadable.
    pub async fn space(&mut self, version: i32) -> Result<Option<SpaceRow>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT version, provider, model, dimensions, pooling, normalisation, state, state_since,
                      deactivated_at, keep_until, emptied_at, created_at, index_error,
                      thresholds AS "thresholds: Json<Thresholds>"
               FROM embedding_spaces
               WHERE version = $1
               FOR UPDATE"#,
            version
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        row.map(Row::read).transpose()
    }

    /// The version of the space whose vectors decide.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn active_version(&mut self) -> Result<Option<i32>, StoreError> {
        let version =
            sqlx::query_scalar!("SELECT version FROM embedding_spaces WHERE state = 'active'")
                .fetch_optional(&mut *self.tx)
                .await?;
        Ok(version)
    }

    /// Makes a complete space the one whose vectors decide. The one that did stays ready for as
    /// long as `keep`, with the `thresholds` that held for it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn activate_space(
        &mut self,
        version: i32,
        thresholds: &Thresholds,
        keep: Duration,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE embedding_spaces
             SET state = 'ready', state_since = now(), deactivated_at = now(), keep_until = now() + $3,
                 thresholds = $2
             WHERE state = 'active' AND version <> $1",
            version,
            Json(thresholds) as _,
            interval(keep)
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "UPDATE embedding_spaces
             SET state = 'active', state_since = now(), deactivated_at = NULL, keep_until = NULL
             WHERE version = $1 AND state <> 'active'",
            version
        )
        .execute(&mut *self.tx)
        .await?;
        self.touched.everything = true;
        Ok(())
    }

    /// Notes that a space is complete.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn mark_ready(&mut self, version: i32) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE embedding_spaces SET state = 'ready', state_since = now()
             WHERE version = $1 AND state = 'building'",
            version
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Gives a space up that does not decide. Returns whether it was there to be given up.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn retire_space(&mut self, version: i32) -> Result<bool, StoreError> {
        let retired = sqlx::query!(
            "UPDATE embedding_spaces SET state = 'retired', state_since = now(), keep_until = NULL
             WHERE version = $1 AND state IN ('building', 'ready')",
            version
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(retired.rows_affected() > 0)
    }
}

/// Every space, the newest first.
async fn all(executor: impl PgExecutor<'_>) -> Result<Vec<SpaceRow>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT version, provider, model, dimensions, pooling, normalisation, state, state_since,
                  deactivated_at, keep_until, emptied_at, created_at, index_error,
                  thresholds AS "thresholds: Json<Thresholds>"
           FROM embedding_spaces
           ORDER BY version DESC"#
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// The one of `spec` that is not retired.
fn present(spaces: Vec<SpaceRow>, spec: &SpaceSpec) -> Option<Space> {
    let retired = |row: &SpaceRow| matches!(row.state, SpaceState::Retired { .. });
    let found = spaces
        .into_iter()
        .find(|row| row.space.spec == *spec && !retired(row));
    found.map(|row| row.space)
}

pub(super) fn interval(duration: Duration) -> PgInterval {
    PgInterval {
        months: 0,
        days: 0,
        microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX),
    }
}

/// A row of the table.
struct Row {
    version: i32,
    provider: String,
    model: String,
    dimensions: i32,
    pooling: String,
    normalisation: String,
    state: String,
    state_since: OffsetDateTime,
    deactivated_at: Option<OffsetDateTime>,
    keep_until: Option<OffsetDateTime>,
    emptied_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    thresholds: Option<Json<Thresholds>>,
    index_error: Option<String>,
}

impl Row {
    fn read(self) -> Result<SpaceRow, StoreError> {
        let wrong =
            |error: &dyn std::fmt::Display| StoreError::malformed("an embedding space", error);
        let state = match self.state.as_str() {
            "building" => SpaceState::Building,
            "ready" => SpaceState::Ready {
                deactivated_at: self.deactivated_at,
                keep_until: self.keep_until,
            },
            "active" => SpaceState::Active {
                since: self.state_since,
            },
            _ => SpaceState::Retired {
                since: self.state_since,
                emptied: self.emptied_at.is_some(),
            },
        };
        Ok(SpaceRow {
            space: Space {
                version: self.version,
                spec: SpaceSpec {
                    provider: self.provider,
                    model: self.model,
                    dimensions: u16::try_from(self.dimensions).map_err(|error| wrong(&error))?,
                    pooling: self.pooling.parse().map_err(|error| wrong(&error))?,
                    normalisation: self.normalisation.parse().map_err(|error| wrong(&error))?,
                },
            },
            state,
            created_at: self.created_at,
            thresholds: self.thresholds.map(|Json(thresholds)| thresholds),
            index_error: self.index_error,
        })
    }
}
