//! The HNSW index of one space: a partial index over an expression, built without keeping anybody
//! from writing.

use sqlx::{Connection as _, PgConnection};
use tracing::debug;

use super::{Space, Store, StoreError};

/// pgvector's largest dimension for an HNSW index over `vector`, and over `halfvec`.
const MAX_HNSW_VECTOR: u16 = 2_000;
const MAX_HNSW_HALFVEC: u16 = 4_000;

/// The first half of the advisory lock of whoever builds an index; the other is the space's version.
const INDEX_LOCK: i32 = 0x6c66_6964;

/// How an HNSW index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexSettings {
    /// Neighbours of each vector in the graph, 2 to 100.
    pub m: u16,
    /// Candidates that are looked at for each vector, at least twice `m` and at most 1,000.
    pub ef_construction: u16,
    /// Memory for the build, in megabytes; a graph that does not fit is built many times slower.
    pub memory_mb: u32,
}

/// Whether a space has its index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum IndexState {
    /// pgvector has none for this dimension.
    Impossible,
    /// It is not there.
    Missing,
    /// A build was interrupted: it is there and not used.
    Invalid,
    /// Somebody builds it.
    Building {
        /// How much of the present step is done, 0 to 1.
        share: f32,
    },
    /// It is there.
    Valid,
}

impl IndexState {
    /// Whether pgvector has an HNSW index for vectors of so many numbers.
    pub fn is_possible(dimensions: u16) -> bool {
        dimensions <= MAX_HNSW_HALFVEC
    }

    /// Whether searches can use it, or have to do without one anyway.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Impossible | Self::Valid)
    }
}

impl Default for IndexSettings {
    /// pgvector's own defaults, and PostgreSQL's for memory.
    fn default() -> Self {
        Self {
            m: 16,
            ef_construction: 64,
            memory_mb: 64,
        }
    }
}

impl Store {
    /// Whether a space has its index.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn index_state(&self, space: &Space) -> Result<IndexState, StoreError> {
        if !IndexState::is_possible(space.spec.dimensions) {
            return Ok(IndexState::Impossible);
        }
        let found = sqlx::query!(
            r#"SELECT i.indisvalid AS valid, p.pid IS NOT NULL AS "building!",
                      coalesce(
                          CASE WHEN p.tuples_total > 0 THEN p.tuples_done::float8 / p.tuples_total
                               WHEN p.blocks_total > 0 THEN p.blocks_done::float8 / p.blocks_total
                          END, 0)::real AS "share!"
               FROM pg_class c
               JOIN pg_index i ON i.indexrelid = c.oid
               LEFT JOIN pg_stat_progress_create_index p ON p.index_relid = c.oid
               WHERE c.relname = $1 AND c.relnamespace = 'public'::regnamespace"#,
            index_name(space)
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(match found {
            None => IndexState::Missing,
            Some(row) if row.valid => IndexState::Valid,
            Some(row) if row.building => IndexState::Building {
                share: row.share.clamp(0.0, 1.0),
            },
            Some(_) => IndexState::Invalid,
        })
    }

    /// The right to build a space's index and to drop it; `None` while somebody else has it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn index_turn(&self, space: &Space) -> Result<Option<IndexTurn>, StoreError> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let ours = sqlx::query_scalar!(
            r#"SELECT pg_try_advisory_lock($1, $2) AS "ours!""#,
            INDEX_LOCK,
            space.version
        )
        .fetch_one(&mut connection)
        .await?;
        if !ours {
            connection.close().await?;
            return Ok(None);
        }
        Ok(Some(IndexTurn {
            connection,
            space: space.clone(),
            settings: self.index,
        }))
    }

    /// Notes why a space's index could not be built, or that there is nothing to say.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note_index_error(
        &self,
        version: i32,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE embedding_spaces SET index_error = $2
             WHERE version = $1 AND index_error IS DISTINCT FROM $2",
            version,
            error
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// The right to build a space's index and to drop it, on a connection of its own. It ends with the
/// connection: when a process is gone, once PostgreSQL has ended what it was told last.
#[derive(Debug)]
pub struct IndexTurn {
    connection: PgConnection,
    space: Space,
    settings: IndexSettings,
}

impl IndexTurn {
    /// Builds the index beside everybody who writes, and lets the planner count the vectors that
    /// came with the space. What a failed build leaves is dropped, if that can be done.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, out of memory or disk for instance.
    pub async fn build(&mut self) -> Result<(), StoreError> {
        let Some(statement) = create_index(&self.space, self.settings, true) else {
            return Ok(());
        };
        // Only numbers of ours are put into the statements.
        let memory = format!("SET maintenance_work_mem = '{}MB'", self.settings.memory_mb);
        sqlx::query(&memory).execute(&mut self.connection).await?;
        if let Err(error) = sqlx::query(&statement).execute(&mut self.connection).await {
            // It takes room on a disk that may be full. The first error is the one to tell.
            if let Err(error) = self.drop_index().await {
                debug!(%error, "store.index: what a failed build left is still there");
            }
            return Err(error.into());
        }
        sqlx::query("ANALYZE embeddings, query_embeddings")
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Drops the index, valid or not, beside everybody who writes.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drop_index(&mut self) -> Result<(), StoreError> {
        let name = index_name(&self.space);
        let statement = format!("DROP INDEX CONCURRENTLY IF EXISTS {name}");
        sqlx::query(&statement)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Gives the right back.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; the right ends all the same.
    pub async fn end(self) -> Result<(), StoreError> {
        Ok(self.connection.close().await?)
    }
}

fn index_name(space: &Space) -> String {
    format!("embeddings_space_{}_hnsw", space.version)
}

/// The type as which a space's vectors are indexed, and pgvector's operators for it; `None` where it
/// has no HNSW for the dimension.
pub(super) fn indexed(space: &Space) -> Option<(String, &'static str)> {
    let dimensions = space.spec.dimensions;
    if dimensions <= MAX_HNSW_VECTOR {
        Some((format!("vector({dimensions})"), "vector_cosine_ops"))
    } else if IndexState::is_possible(dimensions) {
        Some((format!("halfvec({dimensions})"), "halfvec_cosine_ops"))
    } else {
        None
    }
}

/// The statement that creates a space's index; `None` where pgvector has no HNSW for the dimension.
pub(super) fn create_index(
    space: &Space,
    settings: IndexSettings,
    concurrently: bool,
) -> Option<String> {
    let (kind, operators) = indexed(space)?;
    let IndexSettings {
        m, ef_construction, ..
    } = settings;
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    Some(format!(
        "CREATE INDEX {concurrently}IF NOT EXISTS {} ON embeddings \
         USING hnsw ((embedding::{kind}) {operators}) \
         WITH (m = {m}, ef_construction = {ef_construction}) WHERE space_version = {}",
        index_name(space),
        space.version
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::{Normalisation, Pooling, SpaceSpec};

    #[test]
    fn an_index_fits_its_dimension() {
        let check = |dimensions: u16, expected: Option<&str>| {
            let space = Space {
                version: 3,
                spec: SpaceSpec {
                    provider: "openai".to_owned(),
                    model: "any".to_owned(),
                    dimensions,
                    pooling: Pooling::Provider,
                    normalisation: Normalisation::L2,
                },
            };
            let statement = create_index(&space, IndexSettings::default(), true);
            assert_eq!(IndexState::is_possible(dimensions), statement.is_some());
            match (statement.as_deref(), expected) {
                (Some(found), Some(part)) => assert!(found.contains(part), "{found}"),
                (found, expected) => assert_eq!(found, expected),
            }
        };
        check(384, Some("((embedding::vector(384)) vector_cosine_ops)"));
        check(
            3_072,
            Some("((embedding::halfvec(3072)) halfvec_cosine_ops)"),
        );
        check(4_000, Some("halfvec(4000)"));
        check(4_001, None);
    }
}
