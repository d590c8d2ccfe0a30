//! Campaign terms that visitors brought.

use domain::{PageId, SegmentId};
use pgvector::Vector;
use time::OffsetDateTime;

use super::vector::embedding;
use super::{Space, Store, StoreError, StoreTransaction, TextHash};
use crate::embedding::Embedding;

/// Most terms forgotten by one transaction; it should not take long.
const FORGOTTEN: i64 = 1_000;

/// A term that was used.
#[derive(Debug, Clone)]
pub(crate) struct TermUse {
    /// The term in its normalised spelling.
    pub(crate) text: String,
    /// Its vector.
    pub(crate) vector: Embedding,
    /// Visits that brought it since it was last recorded.
    pub(crate) uses: i64,
    /// The page and the segment of one of them.
    pub(crate) place: Option<(PageId, SegmentId)>,
}

/// A term with where it was brought last.
#[derive(Debug, Clone)]
pub(crate) struct BroughtTerm {
    /// The term in its normalised spelling.
    pub(crate) text: String,
    /// The page.
    pub(crate) page: PageId,
    /// The segment that the visitor's rules chose.
    pub(crate) segment: SegmentId,
    /// How often it was brought in all.
    pub(crate) uses: f64,
}

impl Store {
    /// The `limit` terms used last that have a vector in `space`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored vector is unreadable.
    pub(crate) async fn recent_terms(
        &self,
        space: &Space,
        limit: i64,
    ) -> Result<Vec<(String, Embedding)>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT t.text, e.embedding AS "embedding!: Vector"
               FROM campaign_terms t
               JOIN query_embeddings e ON e.text_hash = t.text_hash AND e.space_version = $1
               ORDER BY t.last_seen DESC, t.text_hash
               LIMIT $2"#,
            space.version,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| Ok((row.text, embedding(space, &row.embedding)?)))
            .collect()
    }
}

impl Store {
    /// The `limit` terms used last that were brought to a page on which they have a say.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn brought_terms(&self, limit: i64) -> Result<Vec<BroughtTerm>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT t.text, p.id AS page, t.segment_id AS "segment!", t.uses::float8 AS "uses!"
               FROM campaign_terms t JOIN pages p ON p.id = t.page_id AND p.use_terms
               WHERE t.segment_id IS NOT NULL
               ORDER BY t.last_seen DESC, t.text_hash
               LIMIT $1"#,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        let placed = rows.into_iter().map(|row| BroughtTerm {
            text: row.text,
            page: PageId(row.page),
            segment: SegmentId(row.segment),
            uses: row.uses,
        });
        Ok(placed.collect())
    }
}

impl StoreTransaction {
    /// Adds uses of terms, with the vectors of those that are new.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn record_terms(
        &mut self,
        space: &Space,
        terms: &[TermUse],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let texts: Vec<String> = terms.iter().map(|term| term.text.clone()).collect();
        let hashes: Vec<Vec<u8>> = texts
            .iter()
            .map(|text| TextHash::of(text).as_bytes().to_vec())
            .collect();
        let vectors: Vec<Vector> = terms
            .iter()
            .map(|term| Vector::from(term.vector.as_slice().to_vec()))
            .collect();
        let uses: Vec<i64> = terms.iter().map(|term| term.uses).collect();
        let place = |of: fn((PageId, SegmentId)) -> i64| -> Vec<Option<i64>> {
            terms.iter().map(|term| term.place.map(of)).collect()
        };
        sqlx::query!(
            "INSERT INTO query_embeddings (space_version, text_hash, embedding)
             SELECT $1, hash, vector FROM unnest($2::bytea[], $3::vector[]) AS t (hash, vector)
             ON CONFLICT DO NOTHING",
            space.version,
            &hashes,
            vectors as _
        )
        .execute(&mut *self.tx)
        .await?;
        // A page or segment may be gone by now.
        sqlx::query!(
            "INSERT INTO campaign_terms
                 (text_hash, text, uses, first_seen, last_seen, page_id, segment_id)
             SELECT t.hash, t.text, t.uses, $1, $1, p.id, s.id
             FROM unnest($2::bytea[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
                 AS t (hash, text, uses, page, segment)
             LEFT JOIN pages p ON p.id = t.page
             LEFT JOIN segments s ON s.id = t.segment
             ORDER BY t.text
             ON CONFLICT (text_hash) DO UPDATE SET
                 uses = campaign_terms.uses + excluded.uses,
                 last_seen = greatest(campaign_terms.last_seen, excluded.last_seen),
                 page_id = coalesce(excluded.page_id, campaign_terms.page_id),
                 segment_id = coalesce(excluded.segment_id, campaign_terms.segment_id)",
            now,
            &hashes,
            &texts,
            &uses,
            &place(|(page, _)| page.0) as _,
            &place(|(_, segment)| segment.0) as _
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Forgets terms beyond the `limit` most recently used ones, with their vectors in every space;
    /// some of them, when there are very many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn forget_terms(&mut self, limit: i64) -> Result<(), StoreError> {
        // A term may read like an intent or a description, whose vector has to stay.
        sqlx::query!(
            "WITH forgotten AS (
                 DELETE FROM campaign_terms WHERE text_hash IN (
                     SELECT text_hash FROM campaign_terms
                     ORDER BY last_seen DESC, text_hash OFFSET $1 LIMIT $2
                     FOR UPDATE SKIP LOCKED)
                 RETURNING text_hash, text)
             DELETE FROM query_embeddings e USING forgotten f
             WHERE e.text_hash = f.text_hash
               AND NOT EXISTS (SELECT FROM pages p WHERE p.intent = f.text)
               AND NOT EXISTS (SELECT FROM segments s WHERE s.description = f.text)",
            limit,
            FORGOTTEN
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}
