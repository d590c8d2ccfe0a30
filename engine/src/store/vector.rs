//! Vectors: one per variant and space, and those that ask.

use std::collections::HashMap;
use std::fmt;

use domain::VariantId;
use pgvector::Vector;
use sha2::{Digest, Sha256};

use super::{Space, Store, StoreError, StoreTransaction};
use crate::embedding::Embedding;

/// SHA-256 of a text: equal texts are embedded once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextHash([u8; 32]);

impl TextHash {
    /// Hashes a text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn from_stored(bytes: &[u8]) -> Result<Self, StoreError> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|error| StoreError::malformed("a text hash", &error))
    }
}

impl fmt::Debug for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

impl Store {
    /// The vectors that texts of these hashes already have in `space`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored vector is unreadable.
    pub async fn known_vectors(
        &self,
        space: &Space,
        hashes: &[TextHash],
    ) -> Result<HashMap<TextHash, Embedding>, StoreError> {
        let hashes: Vec<Vec<u8>> = hashes.iter().map(|h| h.0.to_vec()).collect();
        let rows = sqlx::query!(
            r#"SELECT DISTINCT ON (text_hash) text_hash AS "text_hash!", embedding AS "embedding!: Vector"
               FROM (
                   SELECT text_hash, embedding FROM embeddings
                   WHERE space_version = $1 AND text_hash = ANY ($2)
                   UNION ALL
                   SELECT text_hash, embedding FROM query_embeddings
                   WHERE space_version = $1 AND text_hash = ANY ($2)
               ) AS known"#,
            space.version,
            &hashes
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let hash = TextHash::from_stored(&row.text_hash)?;
                Ok((hash, embedding(space, &row.embedding)?))
            })
            .collect()
    }
}

impl StoreTransaction {
    /// Saves a variant's vector.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the vector's dimension is not the space's.
    pub async fn save_vector(
        &mut self,
        space: &Space,
        variant: VariantId,
        hash: &TextHash,
        embedding: &Embedding,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO embeddings (space_version, variant_id, text_hash, embedding)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (space_version, variant_id) DO UPDATE SET
                 text_hash = excluded.text_hash, embedding = excluded.embedding, created_at = now()",
            space.version,
            variant.0,
            hash.as_bytes(),
            Vector::from(embedding.as_slice().to_vec()) as _
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Remembers the vector of a text that asks: an intent, a description, a term.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the vector's dimension is not the space's.
    pub async fn save_query_vector(
        &mut self,
        space: &Space,
        hash: &TextHash,
        embedding: &Embedding,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO query_embeddings (space_version, text_hash, embedding) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            space.version,
            hash.as_bytes(),
            Vector::from(embedding.as_slice().to_vec()) as _
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

pub(super) fn embedding(space: &Space, vector: &Vector) -> Result<Embedding, StoreError> {
    Embedding::new(&space.spec, vector.to_vec())
        .map_err(|error| StoreError::malformed("a stored vector", &error))
}
