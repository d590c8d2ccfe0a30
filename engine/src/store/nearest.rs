//! The vectors of a whole space nearest to one, through its HNSW index.

use domain::VariantId;
use pgvector::Vector;
use sqlx::Row as _;

use super::space_index::indexed;
use super::{Space, Store, StoreError};
use crate::embedding::Embedding;

/// What the index is asked for: the same whichever page of a list is looked at, so that pages fit
/// together. Beyond, the list is sorted exactly.
pub(super) const MOST: i64 = 200;

impl Store {
    /// The [`MOST`] variants nearest to `to` in the whole of its `space`, with their cosine
    /// similarity, in no particular order; `None` where pgvector has no index for the
    /// dimension.
    ///
    /// The statement names the space and the dimension by numbers and not by parameters: the index
    /// is partial and over an expression, and a plan that is kept is made without parameters'
    /// values. Without a valid index the same statement sorts exactly.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(super) async fn nearest_of_all(
        &self,
        space: &Space,
        to: &Embedding,
    ) -> Result<Option<Vec<(VariantId, f32)>>, StoreError> {
        let Some((kind, _)) = indexed(space) else {
            return Ok(None);
        };
        let (version, vector) = (space.version, Vector::from(to.as_slice().to_vec()));
        let mut transaction = self.pool.begin().await?;
        for setting in [
            // Chosen from the curve in `DESIGN.md`, which `benches/recall.rs` draws.
            "SET LOCAL hnsw.ef_search = 1000",
            "SET LOCAL hnsw.iterative_scan = 'relaxed_order'",
        ] {
            sqlx::query(setting).execute(&mut *transaction).await?;
        }
        let rows = sqlx::query(&format!(
            "SELECT variant_id, (1 - (embedding <=> $1))::real FROM embeddings
             WHERE space_version = {version}
             ORDER BY embedding::{kind} <=> $1::{kind} LIMIT $2"
        ))
        .bind(vector)
        .bind(MOST)
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let near = rows
            .iter()
            .map(|row| Ok((VariantId(row.try_get(0)?), row.try_get(1)?)));
        Ok(Some(near.collect::<Result<_, sqlx::Error>>()?))
    }
}
