//! Variants and their revisions.

use domain::decision::Candidate;
use domain::record::VariantRecord;
use domain::variant::Status;
use domain::{ContentOverride, ExternalId, Locale, PageId, SegmentId, VariantId};
use pgvector::Vector;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::page::{parse_external_id, parse_locale};
use super::segment::parse_key;
use super::vector::TextHash;
use super::{Store, StoreError, StoreTransaction};
use crate::embedding::Embedding;

/// A variant that was just saved.
#[derive(Debug, Clone, Copy)]
pub struct SavedVariant {
    /// Its row.
    pub id: VariantId,
    /// The number of the revision that was written.
    pub revision: i32,
}

/// What visitors see of a variant.
#[derive(Debug, Clone)]
pub struct VariantContent {
    /// The name by which an import knows it.
    pub external_id: String,
    /// Its name for people.
    pub name: String,
    /// Its language.
    pub locale: Locale,
    /// The published revision's content.
    pub content: ContentOverride,
}

/// Which candidates to read, and what to compare them with.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The page.
    pub page: PageId,
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
    /// The instant at which a schedule must hold.
    pub now: OffsetDateTime,
}

impl Store {
    /// The variants that `wanted` describes, with their cosine similarity to its vectors.
    ///
    /// Reads one page's candidates through a btree index and compares them exactly: a filter on
    /// top of an HNSW scan loses rows.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn candidates(&self, wanted: Wanted<'_>) -> Result<Vec<Candidate>, StoreError> {
        let Wanted {
            page,
            segment,
            locales,
            space_version,
            query,
            term,
            now,
        } = wanted;
        let locales: Vec<String> = locales.iter().map(Locale::to_string).collect();
        let vector = |e: Option<&Embedding>| e.map(|e| Vector::from(e.as_slice().to_vec()));
        let rows = sqlx::query!(
            r#"SELECT v.id, v.segment_id, v.locale,
                      (1 - (e.embedding <=> $6))::real AS similarity,
                      (1 - (e.embedding <=> $7))::real AS term_similarity
               FROM variants v
               LEFT JOIN embeddings e ON e.variant_id = v.id AND e.space_version = $5
               WHERE v.page_id = $1
                 AND (v.segment_id = $2 OR v.segment_id IS NULL)
                 AND v.locale = ANY ($3)
                 AND v.status IN ('scheduled', 'published')
                 AND (v.starts_at IS NULL OR v.starts_at <= $4)
                 AND (v.ends_at IS NULL OR v.ends_at > $4)"#,
            page.0,
            segment.0,
            &locales,
            now,
            space_version,
            vector(query) as _,
            vector(term) as _
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Candidate {
                    variant: VariantId(row.id),
                    segment: row.segment_id.map(SegmentId),
                    locale: parse_locale(row.locale)?,
                    similarity: row.similarity,
                    term_similarity: row.term_similarity,
                })
            })
            .collect()
    }

    /// What visitors see of a variant; `None` when it is gone or not published.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the stored content is unreadable.
    pub async fn variant_content(
        &self,
        variant: VariantId,
    ) -> Result<Option<VariantContent>, StoreError> {
        let row = sqlx::query!(
            r#"SELECT v.external_id, v.name, v.locale,
                      r.content AS "content: Json<ContentOverride>"
               FROM variants v
               JOIN variant_revisions r ON r.variant_id = v.id AND r.number = v.published_revision
               WHERE v.id = $1"#,
            variant.0
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(VariantContent {
                external_id: row.external_id,
                name: row.name,
                locale: parse_locale(row.locale)?,
                content: row.content.0,
            })
        })
        .transpose()
    }

    /// The name by which an import knows a variant; `None` when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn variant_names(
        &self,
        variants: &[VariantId],
    ) -> Result<Vec<(VariantId, String)>, StoreError> {
        let ids: Vec<i64> = variants.iter().map(|id| id.0).collect();
        let rows = sqlx::query!(
            "SELECT id, external_id FROM variants WHERE id = ANY ($1)",
            &ids
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (VariantId(row.id), row.external_id))
            .collect())
    }

    /// Variants as an import would write them, by external id: those named, or all for `None`.
    ///
    /// A shown variant gives its published revision, any other its latest.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn variant_records(
        &self,
        named: Option<&[ExternalId]>,
    ) -> Result<Vec<VariantRecord>, StoreError> {
        let named: Option<Vec<String>> =
            named.map(|ids| ids.iter().map(ExternalId::to_string).collect());
        let rows = sqlx::query!(
            r#"SELECT v.external_id, p.external_id AS page, s.key AS "segment?", v.locale, v.name,
                      v.status, v.starts_at, v.ends_at,
                      r.content AS "content: Json<ContentOverride>"
               FROM variants v
               JOIN pages p ON p.id = v.page_id
               LEFT JOIN segments s ON s.id = v.segment_id
               JOIN variant_revisions r ON r.variant_id = v.id
                   AND r.number = coalesce(v.published_revision, v.head_revision)
               WHERE $1::text[] IS NULL OR v.external_id = ANY ($1)
               ORDER BY v.external_id COLLATE "C""#,
            named.as_deref()
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(VariantRecord {
                    id: parse_external_id(row.external_id)?,
                    page: parse_external_id(row.page)?,
                    segment: row.segment.map(parse_key).transpose()?,
                    locale: parse_locale(row.locale)?,
                    name: row.name,
                    status: row
                        .status
                        .parse()
                        .map_err(|error| StoreError::malformed("a variant's status", &error))?,
                    starts_at: row.starts_at,
                    ends_at: row.ends_at,
                    content: row.content.0,
                })
            })
            .collect()
    }

    /// How many variants there are, and how many of them visitors can see at `now`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn variant_counts(&self, now: OffsetDateTime) -> Result<(i64, i64), StoreError> {
        let row = sqlx::query!(
            r#"SELECT count(*) AS "all!",
                      count(*) FILTER (
                          WHERE status IN ('scheduled', 'published')
                            AND (starts_at IS NULL OR starts_at <= $1)
                            AND (ends_at IS NULL OR ends_at > $1)
                      ) AS "live!"
               FROM variants"#,
            now
        )
        .fetch_one(&self.pool)
        .await?;
        Ok((row.all, row.live))
    }
}

impl StoreTransaction {
    /// Saves a variant under its external id as a new revision, published unless it is a draft.
    ///
    /// # Errors
    /// [`StoreError`] when a constraint refuses it or the database fails.
    pub async fn save_variant(
        &mut self,
        record: &VariantRecord,
        page: PageId,
        segment: Option<SegmentId>,
        text_hash: &TextHash,
    ) -> Result<SavedVariant, StoreError> {
        let row = sqlx::query!(
            "INSERT INTO variants (external_id, page_id, segment_id, locale, name, status,
                                   starts_at, ends_at, head_revision, published_revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, CASE WHEN $9 THEN 1 END)
             ON CONFLICT (external_id) DO UPDATE SET
                 page_id = excluded.page_id, segment_id = excluded.segment_id,
                 locale = excluded.locale, name = excluded.name, status = excluded.status,
                 starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                 head_revision = variants.head_revision + 1,
                 published_revision = CASE WHEN $9 THEN variants.head_revision + 1 END,
                 updated_at = now()
             RETURNING id, head_revision",
            record.id.as_str(),
            page.0,
            segment.map(|id| id.0),
            record.locale.as_str(),
            record.name,
            record.status.as_str(),
            record.starts_at,
            record.ends_at,
            record.status != Status::Draft
        )
        .fetch_one(&mut *self.tx)
        .await?;
        sqlx::query!(
            "INSERT INTO variant_revisions (variant_id, number, content, text_hash)
             VALUES ($1, $2, $3, $4)",
            row.id,
            row.head_revision,
            Json(&record.content) as _,
            text_hash.as_bytes()
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(SavedVariant {
            id: VariantId(row.id),
            revision: row.head_revision,
        })
    }
}
