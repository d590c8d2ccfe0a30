//! What a decision reads: a page's live variants and how near they are.

use domain::decision::Candidate;
use domain::{Locale, PageId, Revision, SegmentId, VariantId};
use pgvector::Vector;
use time::OffsetDateTime;

use super::page::parse_locale;
use super::{Store, StoreError};
use crate::embedding::Embedding;

/// Which candidates to read, and what to compare them with.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The page.
    pub page: PageId,
    /// The revision that the page must have.
    pub revision: Revision,
    /// The visitor's segment; variants for any segment are read too.
    pub segment: SegmentId,
    /// Languages that may be shown.
    pub locales: &'a [Locale],
    /// The embedding space of both vectors; vectors of no other space are read.
    pub space_version: i32,
    /// What similarity is measured to.
    pub query: Option<&'a Embedding>,
    /// The campaign term's vector.
    pub term: Option<&'a Embedding>,
    /// Another instant at which schedules should hold than the revision's.
    pub at: Option<OffsetDateTime>,
}

/// What all segments of a site ask of one page.
#[derive(Debug, Clone)]
pub struct PageQuestions {
    /// The page.
    pub page: PageId,
    /// The revision that the page must have.
    pub revision: Revision,
    /// The embedding space of the vectors; vectors of no other space are read.
    pub space_version: i32,
    /// Each segment with what similarity is measured to.
    pub segments: Vec<(SegmentId, Option<Embedding>)>,
}

impl Store {
    /// The variants that `wanted` describes, with their cosine similarity to its vectors.
    ///
    /// Reads one page's candidates through a btree index and compares them exactly: a filter on
    /// top of an HNSW scan loses rows. Schedules hold as of the instant at which the revision was
    /// made, so that every node finds the same.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] when the page has a newer revision or is gone; otherwise
    /// [`StoreError`] when the database fails.
    pub async fn candidates(&self, wanted: Wanted<'_>) -> Result<Vec<Candidate>, StoreError> {
        let locales: Vec<String> = wanted.locales.iter().map(Locale::to_string).collect();
        let rows = sqlx::query!(
            r#"SELECT greatest(p.revision, c.shared_revision) AS "revision!",
                      v.id AS "id?", v.segment_id AS "segment_id?", v.locale AS "locale?",
                      (1 - (e.embedding <=> $5))::real AS similarity,
                      (1 - (e.embedding <=> $6))::real AS term_similarity
               FROM catalog_state c
               JOIN pages p ON p.id = $1
               LEFT JOIN variants v ON v.page_id = p.id
                 AND (v.segment_id = $2 OR v.segment_id IS NULL)
                 AND v.locale = ANY ($3)
                 AND v.status IN ('scheduled', 'published')
                 AND (v.starts_at IS NULL OR v.starts_at <= coalesce($7, c.as_of))
                 AND (v.ends_at IS NULL OR v.ends_at > coalesce($7, c.as_of))
               LEFT JOIN embeddings e ON e.variant_id = v.id AND e.space_version = $4"#,
            wanted.page.0,
            wanted.segment.0,
            &locales,
            wanted.space_version,
            vector(wanted.query) as _,
            vector(wanted.term) as _,
            wanted.at
        )
        .fetch_all(&self.pool)
        .await?;
        as_of(wanted.revision, rows.first().map(|row| row.revision))?;
        let mut candidates = Vec::with_capacity(rows.len());
        for row in rows {
            if let (Some(id), Some(locale)) = (row.id, row.locale) {
                candidates.push(Candidate {
                    variant: VariantId(id),
                    segment: row.segment_id.map(SegmentId),
                    locale: parse_locale(locale)?,
                    similarity: row.similarity,
                    term_similarity: row.term_similarity,
                });
            }
        }
        Ok(candidates)
    }

    /// The candidates of one page for each of many segments, in every language, by one query.
    ///
    /// # Errors
    /// As for [`Self::candidates`].
    pub async fn page_candidates(
        &self,
        questions: &PageQuestions,
    ) -> Result<Vec<(SegmentId, Candidate)>, StoreError> {
        let segments: Vec<i64> = questions.segments.iter().map(|(id, _)| id.0).collect();
        let vectors: Vec<Option<Vector>> = questions
            .segments
            .iter()
            .map(|(_, query)| vector(query.as_ref()))
            .collect();
        let rows = sqlx::query!(
            r#"SELECT greatest(p.revision, c.shared_revision) AS "revision!",
                      q.segment AS "asked?", v.id AS "id?", v.segment_id AS "segment_id?",
                      v.locale AS "locale?", (1 - (e.embedding <=> q.vector))::real AS similarity
               FROM catalog_state c
               JOIN pages p ON p.id = $1
               LEFT JOIN (variants v
                   JOIN unnest($2::bigint[], $3::vector[]) AS q (segment, vector)
                       ON v.segment_id = q.segment OR v.segment_id IS NULL)
                 ON v.page_id = p.id
                 AND v.status IN ('scheduled', 'published')
                 AND (v.starts_at IS NULL OR v.starts_at <= c.as_of)
                 AND (v.ends_at IS NULL OR v.ends_at > c.as_of)
               LEFT JOIN embeddings e ON e.variant_id = v.id AND e.space_version = $4"#,
            questions.page.0,
            &segments,
            vectors as _,
            questions.space_version
        )
        .fetch_all(&self.pool)
        .await?;
        as_of(questions.revision, rows.first().map(|row| row.revision))?;
        let mut candidates = Vec::with_capacity(rows.len());
        for row in rows {
            if let (Some(asked), Some(id), Some(locale)) = (row.asked, row.id, row.locale) {
                let candidate = Candidate {
                    variant: VariantId(id),
                    segment: row.segment_id.map(SegmentId),
                    locale: parse_locale(locale)?,
                    similarity: row.similarity,
                    term_similarity: None,
                };
                candidates.push((SegmentId(asked), candidate));
            }
        }
        Ok(candidates)
    }
}

/// Whether what was read is of the revision asked for. A page that is gone has none.
pub(super) fn as_of(wanted: Revision, found: Option<i64>) -> Result<(), StoreError> {
    if found == Some(wanted.0) {
        Ok(())
    } else {
        Err(StoreError::Superseded)
    }
}

fn vector(embedding: Option<&Embedding>) -> Option<Vector> {
    embedding.map(|e| Vector::from(e.as_slice().to_vec()))
}
