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

/// A variant that has no vector of its present text in a space.
#[derive(Debug, Clone)]
pub struct Unembedded {
    /// The variant.
    pub variant: VariantId,
    /// Its content, from which the text is made.
    pub content: domain::ContentOverride,
    /// The hash of that text.
    pub text_hash: TextHash,
}

impl TextHash {
    /// Hashes a text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn from_stored(bytes: &[u8]) -> Result<Self, StoreError> {
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

    /// Variants without a vector of their present text in `space`, by id after `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored content is unreadable.
    pub async fn unembedded(
        &self,
        space: &Space,
        after: VariantId,
        limit: i64,
    ) -> Result<Vec<Unembedded>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT v.id, r.text_hash,
                      r.content AS "content: sqlx::types::Json<domain::ContentOverride>"
               FROM variants v
               JOIN variant_revisions r ON r.variant_id = v.id
                   AND r.number = coalesce(v.published_revision, v.head_revision)
               LEFT JOIN embeddings e ON e.variant_id = v.id
                   AND e.space_version = $1 AND e.text_hash = r.text_hash
               WHERE e.variant_id IS NULL AND v.id > $2
               ORDER BY v.id
               LIMIT $3"#,
            space.version,
            after.0,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Unembedded {
                    variant: VariantId(row.id),
                    content: row.content.0,
                    text_hash: TextHash::from_stored(&row.text_hash)?,
                })
            })
            .collect()
    }

    /// How many variants have no vector of their present text in `space`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn unembedded_count(&self, space: &Space) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!"
               FROM variants v
               JOIN variant_revisions r ON r.variant_id = v.id
                   AND r.number = coalesce(v.published_revision, v.head_revision)
               LEFT JOIN embeddings e ON e.variant_id = v.id
                   AND e.space_version = $1 AND e.text_hash = r.text_hash
               WHERE e.variant_id IS NULL"#,
            space.version
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(count)
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
