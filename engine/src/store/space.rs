//! Embedding spaces and their indexes.

use super::{Store, StoreError, StoreTransaction};
use crate::embedding::SpaceSpec;

/// pgvector's largest dimension for an HNSW index over `vector`, and over `halfvec`.
const MAX_HNSW_VECTOR: u16 = 2_000;
const MAX_HNSW_HALFVEC: u16 = 4_000;

/// An embedding space with the version number its vectors carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// The number every vector of the space carries.
    pub version: i32,
    /// Provider, model and dimensions.
    pub spec: SpaceSpec,
}

impl Store {
    /// The space whose vectors decide; `None` before the first import.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn active_space(&self) -> Result<Option<Space>, StoreError> {
        let row = sqlx::query!(
            "SELECT version, provider, model, dimensions FROM embedding_spaces WHERE active"
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| space(row.version, row.provider, row.model, row.dimensions))
            .transpose()
    }

    /// Finds or makes the space of `spec`, with its HNSW index (`m` = 16, `ef_construction` = 64,
    /// cosine distance), and makes it the active one when there is none yet.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn ensure_space(&self, spec: &SpaceSpec) -> Result<Space, StoreError> {
        let mut tx = self.pool.begin().await?;
        // A second node may be making the same space.
        sqlx::query!("LOCK TABLE embedding_spaces IN SHARE ROW EXCLUSIVE MODE")
            .execute(&mut *tx)
            .await?;
        let found = sqlx::query_scalar!(
            "SELECT version FROM embedding_spaces
             WHERE provider = $1 AND model = $2 AND dimensions = $3",
            spec.provider,
            spec.model,
            i32::from(spec.dimensions)
        )
        .fetch_optional(&mut *tx)
        .await?;
        let version = match found {
            Some(version) => version,
            None => {
                sqlx::query_scalar!(
                    "INSERT INTO embedding_spaces (provider, model, dimensions, active)
                     VALUES ($1, $2, $3, NOT EXISTS (SELECT FROM embedding_spaces WHERE active))
                     RETURNING version",
                    spec.provider,
                    spec.model,
                    i32::from(spec.dimensions)
                )
                .fetch_one(&mut *tx)
                .await?
            }
        };
        // Only numbers of ours are put into the statement.
        if let Some(statement) = hnsw_index(version, spec.dimensions) {
            sqlx::query(&statement).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(Space {
            version,
            spec: spec.clone(),
        })
    }
}

impl StoreTransaction {
    /// Makes a space the one whose vectors decide.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn activate_space(&mut self, version: i32) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE embedding_spaces SET active = false WHERE active AND version <> $1",
            version
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "UPDATE embedding_spaces SET active = true WHERE version = $1",
            version
        )
        .execute(&mut *self.tx)
        .await?;
        self.touched.everything = true;
        Ok(())
    }
}

pub(super) fn space(
    version: i32,
    provider: String,
    model: String,
    dimensions: i32,
) -> Result<Space, StoreError> {
    let dimensions = u16::try_from(dimensions)
        .map_err(|error| StoreError::malformed("an embedding space's dimensions", &error))?;
    Ok(Space {
        version,
        spec: SpaceSpec {
            provider,
            model,
            dimensions,
        },
    })
}

/// The partial expression index of one space; `None` where pgvector has no HNSW for the dimension.
fn hnsw_index(version: i32, dimensions: u16) -> Option<String> {
    let (kind, operators) = if dimensions <= MAX_HNSW_VECTOR {
        ("vector", "vector_cosine_ops")
    } else if dimensions <= MAX_HNSW_HALFVEC {
        ("halfvec", "halfvec_cosine_ops")
    } else {
        return None;
    };
    Some(format!(
        "CREATE INDEX IF NOT EXISTS embeddings_space_{version}_hnsw ON embeddings \
         USING hnsw ((embedding::{kind}({dimensions})) {operators}) \
         WITH (m = 16, ef_construction = 64) WHERE space_version = {version}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_fits_its_dimension() {
        let check = |dimensions: u16, expected: Option<&str>| {
            let statement = hnsw_index(3, dimensions);
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
        check(8_000, None);
    }
}
