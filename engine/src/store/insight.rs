//! What vectors tell about the content: questions over a part of it, each with an end.

use std::collections::HashMap;

use domain::{CanonicalPath, Locale, PageId, SegmentId, VariantId};
use sqlx::{Postgres, Transaction};

use super::page::parse_locale;
use super::redirect::parse_path;
use super::vector::embedding;
use super::{Space, Store, StoreError};
use crate::embedding::Embedding;
use pgvector::Vector;

/// Longest time one of these questions may take, in PostgreSQL's words.
const PATIENCE: &str = "SET LOCAL statement_timeout = '3s'";

/// A variant that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedVariant {
    /// Its row.
    pub id: VariantId,
    /// Its name for people.
    pub name: String,
    /// The segment it is written for; `None` is any.
    pub segment: Option<SegmentId>,
    /// Its language.
    pub locale: Locale,
}

/// Two variants of one page that say nearly the same.
#[derive(Debug, Clone, PartialEq)]
pub struct NearDuplicate {
    /// The page.
    pub page: PageId,
    /// Its path.
    pub path: CanonicalPath,
    /// The older one.
    pub one: NamedVariant,
    /// The newer one.
    pub other: NamedVariant,
    /// Their cosine similarity, -1 to 1.
    pub similarity: f32,
}

/// A campaign term and where it was brought last.
#[derive(Debug, Clone)]
pub struct PlacedTerm {
    /// The term.
    pub text: String,
    /// Its vector.
    pub vector: Embedding,
    /// The page.
    pub page: PageId,
    /// The segment that the visitor's rules chose.
    pub segment: SegmentId,
}

/// A term whose visitors were sent to one segment and which is nearer to another one's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The term.
    pub term: String,
    /// Visits that brought it.
    pub uses: i64,
    /// The page.
    pub page: PageId,
    /// The segment that the visitor's rules chose.
    pub chosen: SegmentId,
    /// The best cosine similarity of what that segment may get; `None` when there is nothing.
    pub own: Option<f32>,
    /// What is nearer.
    pub nearer: NamedVariant,
    /// Its cosine similarity, -1 to 1.
    pub similarity: f32,
}

impl Store {
    /// The `limit` nearest pairs of variants of one page and language, archived ones left out, that
    /// reach `similarity`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or does not answer in time because a page has very
    /// many variants.
    pub async fn near_duplicates(
        &self,
        space_version: i32,
        similarity: f32,
        limit: i64,
    ) -> Result<Vec<NearDuplicate>, StoreError> {
        let mut tx = self.patiently().await?;
        let rows = sqlx::query!(
            r#"SELECT p.id AS page, p.path, a.locale,
                      a.id AS one, a.name AS one_name, a.segment_id AS one_segment,
                      b.id AS other, b.name AS other_name, b.segment_id AS other_segment,
                      (1 - (x.embedding <=> y.embedding))::real AS "similarity!"
               FROM variants a
               JOIN variants b ON b.page_id = a.page_id AND b.locale = a.locale AND b.id > a.id
                 AND b.status <> 'archived'
               JOIN pages p ON p.id = a.page_id
               JOIN embeddings x ON x.variant_id = a.id AND x.space_version = $1
               JOIN embeddings y ON y.variant_id = b.id AND y.space_version = $1
               WHERE a.status <> 'archived' AND 1 - (x.embedding <=> y.embedding) >= $2::real
               ORDER BY x.embedding <=> y.embedding, a.id, b.id
               LIMIT $3"#,
            space_version,
            similarity,
            limit
        )
        .fetch_all(&mut *tx)
        .await?;
        rows.into_iter()
            .map(|row| {
                let locale = parse_locale(row.locale)?;
                Ok(NearDuplicate {
                    page: PageId(row.page),
                    path: parse_path(row.path)?,
                    one: NamedVariant {
                        id: VariantId(row.one),
                        name: row.one_name,
                        segment: row.one_segment.map(SegmentId),
                        locale,
                    },
                    other: NamedVariant {
                        id: VariantId(row.other),
                        name: row.other_name,
                        segment: row.other_segment.map(SegmentId),
                        locale,
                    },
                    similarity: row.similarity,
                })
            })
            .collect()
    }

    /// The variants of pages that may be shown as of the catalog's instant, at most `limit` of each.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn shown_variants(
        &self,
        pages: &[PageId],
        limit: i64,
    ) -> Result<HashMap<PageId, Vec<NamedVariant>>, StoreError> {
        let pages: Vec<i64> = pages.iter().map(|page| page.0).collect();
        let rows = sqlx::query!(
            r#"SELECT shown.page_id AS "page!", shown.id AS "id!", shown.name AS "name!",
                      shown.segment_id, shown.locale AS "locale!"
               FROM unnest($1::bigint[]) AS asked(page), catalog_state c
               CROSS JOIN LATERAL (
                   SELECT v.page_id, v.id, v.name, v.segment_id, v.locale FROM variants v
                   WHERE v.page_id = asked.page AND v.status IN ('scheduled', 'published')
                     AND (v.starts_at IS NULL OR v.starts_at <= c.as_of)
                     AND (v.ends_at IS NULL OR v.ends_at > c.as_of)
                   ORDER BY v.id LIMIT $2) shown
               ORDER BY shown.id"#,
            &pages,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        let mut shown: HashMap<PageId, Vec<NamedVariant>> = HashMap::new();
        for row in rows {
            shown
                .entry(PageId(row.page))
                .or_default()
                .push(NamedVariant {
                    id: VariantId(row.id),
                    name: row.name,
                    segment: row.segment_id.map(SegmentId),
                    locale: parse_locale(row.locale)?,
                });
        }
        Ok(shown)
    }

    /// The `limit` most used terms whose page and segment still exist, with their vectors.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored vector is unreadable.
    pub async fn placed_terms(
        &self,
        space: &Space,
        limit: i64,
    ) -> Result<Vec<PlacedTerm>, StoreError> {
        let mut tx = self.patiently().await?;
        let rows = sqlx::query!(
            r#"SELECT t.text, t.page_id AS "page!", t.segment_id AS "segment!",
                      e.embedding AS "embedding!: Vector"
               FROM campaign_terms t
               JOIN query_embeddings e ON e.text_hash = t.text_hash AND e.space_version = $1
               WHERE t.page_id IS NOT NULL AND t.segment_id IS NOT NULL
               ORDER BY t.uses DESC, t.text_hash
               LIMIT $2"#,
            space.version,
            limit
        )
        .fetch_all(&mut *tx)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(PlacedTerm {
                    text: row.text,
                    vector: embedding(space, &row.embedding)?,
                    page: PageId(row.page),
                    segment: SegmentId(row.segment),
                })
            })
            .collect()
    }

    /// Of the `looked_at` most used terms, the first `limit` that are nearer, by at least `margin`
    /// of cosine similarity, to a variant for another segment than to all that their own segment
    /// may get. The other variant reaches `floor`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or does not answer in time.
    pub async fn disagreements(
        &self,
        space_version: i32,
        floor: f32,
        margin: f32,
        looked_at: i64,
        limit: i64,
    ) -> Result<Vec<Disagreement>, StoreError> {
        let mut tx = self.patiently().await?;
        let rows = sqlx::query!(
            r#"WITH asked AS (
                   SELECT t.text, t.uses, t.page_id, t.segment_id, e.embedding
                   FROM campaign_terms t
                   JOIN query_embeddings e ON e.text_hash = t.text_hash AND e.space_version = $1
                   WHERE t.page_id IS NOT NULL AND t.segment_id IS NOT NULL
                   ORDER BY t.uses DESC, t.text_hash LIMIT $4
               ), shown AS (
                   SELECT v.*, e.embedding FROM catalog_state c, variants v
                   JOIN embeddings e ON e.variant_id = v.id AND e.space_version = $1
                   WHERE v.page_id IN (SELECT page_id FROM asked)
                     AND v.status IN ('scheduled', 'published')
                     AND (v.starts_at IS NULL OR v.starts_at <= c.as_of)
                     AND (v.ends_at IS NULL OR v.ends_at > c.as_of)
               )
               SELECT t.text AS "text!", t.uses AS "uses!", t.page_id AS "page!",
                      t.segment_id AS "chosen!", own.best AS "own?", nearer.id AS "id!",
                      nearer.name AS "name!", nearer.segment_id AS "segment!",
                      nearer.locale AS "locale!", nearer.similarity AS "similarity!"
               FROM asked t
               CROSS JOIN LATERAL (
                   SELECT max(1 - (v.embedding <=> t.embedding))::real AS best FROM shown v
                   WHERE v.page_id = t.page_id
                     AND (v.segment_id = t.segment_id OR v.segment_id IS NULL)) own
               CROSS JOIN LATERAL (
                   SELECT v.id, v.name, v.segment_id, v.locale,
                          (1 - (v.embedding <=> t.embedding))::real AS similarity
                   FROM shown v
                   WHERE v.page_id = t.page_id AND v.segment_id <> t.segment_id
                   ORDER BY v.embedding <=> t.embedding LIMIT 1) nearer
               WHERE nearer.similarity >= $2::real
                 AND nearer.similarity >= coalesce(own.best, -1) + $3::real
               ORDER BY t.uses DESC, t.text
               LIMIT $5"#,
            space_version,
            floor,
            margin,
            looked_at,
            limit
        )
        .fetch_all(&mut *tx)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Disagreement {
                    term: row.text,
                    uses: row.uses,
                    page: PageId(row.page),
                    chosen: SegmentId(row.chosen),
                    own: row.own,
                    nearer: NamedVariant {
                        id: VariantId(row.id),
                        name: row.name,
                        segment: Some(SegmentId(row.segment)),
                        locale: parse_locale(row.locale)?,
                    },
                    similarity: row.similarity,
                })
            })
            .collect()
    }

    /// A transaction in which no statement may take longer than a reader waits.
    async fn patiently(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(PATIENCE).execute(&mut *tx).await?;
        Ok(tx)
    }
}
