//! What somebody should look at.

use domain::{CanonicalPath, PageId, SegmentId, VariantId};
use pgvector::Vector;
use time::OffsetDateTime;

use super::redirect::parse_path;
use super::{Store, StoreError};
use crate::embedding::Embedding;

/// How much waits for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Variants that were never published.
    pub drafts: i64,
    /// Published variants that were edited since.
    pub changed: i64,
    /// Pages.
    pub pages: i64,
    /// Segments, `default` left out.
    pub segments: i64,
    /// Variants in any state.
    pub variants: i64,
    /// Variants that visitors may see.
    pub shown: i64,
}

/// A variant that starts or stops being shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    /// The variant.
    pub variant: VariantId,
    /// Its name.
    pub name: String,
    /// Its page's path.
    pub path: CanonicalPath,
    /// When.
    pub at: OffsetDateTime,
    /// Whether it starts; else it stops.
    pub starts: bool,
}

/// A page that some visitors ask for, and what similarity is measured to for them.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The page.
    pub page: PageId,
    /// The visitors' segment.
    pub segment: SegmentId,
    /// The query vector; `None` while there is none.
    pub query: Option<Embedding>,
}

/// A page that has little to say to a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeakMatch {
    /// The page.
    pub page: PageId,
    /// The segment.
    pub segment: SegmentId,
    /// The best cosine similarity, -1 to 1, of any variant that may be shown; `None` without one.
    pub best: Option<f32>,
}

impl Store {
    /// How much waits for somebody.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let backlog = sqlx::query_as!(
            Backlog,
            r#"SELECT count(*) FILTER (WHERE status = 'draft') AS "drafts!",
                      count(*) FILTER (WHERE status IN ('scheduled', 'published')
                                         AND published_revision < head_revision) AS "changed!",
                      (SELECT count(*) FROM pages) AS "pages!",
                      (SELECT count(*) FROM segments WHERE key <> 'default') AS "segments!",
                      count(*) AS "variants!",
                      count(*) FILTER (WHERE status IN ('scheduled', 'published')) AS "shown!"
               FROM variants"#
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(backlog)
    }

    /// The next `limit` variants that start or stop being shown after `now`, up to `until`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn upcoming(
        &self,
        now: OffsetDateTime,
        until: OffsetDateTime,
        limit: i64,
    ) -> Result<Vec<Upcoming>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT v.id, v.name, p.path, change.at AS "at!", change.starts AS "starts!"
               FROM variants v
               JOIN pages p ON p.id = v.page_id,
               LATERAL (VALUES (v.starts_at, true), (v.ends_at, false)) AS change (at, starts)
               WHERE v.status IN ('scheduled', 'published') AND change.at > $1 AND change.at <= $2
               ORDER BY change.at, v.id
               LIMIT $3"#,
            now,
            until,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Upcoming {
                    variant: VariantId(row.id),
                    name: row.name,
                    path: parse_path(row.path)?,
                    at: row.at,
                    starts: row.starts,
                })
            })
            .collect()
    }

    /// Of the places `asked`, the first `limit` for which no variant reaches `similarity` in the
    /// space, or for which there is none at all unless they belong to segment `default`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn weak_matches(
        &self,
        asked: &[Asked],
        space_version: i32,
        similarity: f32,
        default: SegmentId,
        limit: i64,
    ) -> Result<Vec<WeakMatch>, StoreError> {
        let pages: Vec<i64> = asked.iter().map(|place| place.page.0).collect();
        let segments: Vec<i64> = asked.iter().map(|place| place.segment.0).collect();
        let vectors: Vec<Option<Vector>> = asked
            .iter()
            .map(|place| Some(Vector::from(place.query.as_ref()?.as_slice().to_vec())))
            .collect();
        let rows = sqlx::query!(
            r#"SELECT q.page AS "page!", q.segment AS "segment!",
                      max(1 - (e.embedding <=> q.vector))::real AS best
               FROM
                    unnest($1::bigint[], $2::bigint[], $3::vector[])
                        WITH ORDINALITY AS q (page, segment, vector, place)
               LEFT JOIN variants v ON v.page_id = q.page
                 AND (v.segment_id = q.segment OR v.segment_id IS NULL)
                 AND v.status IN ('scheduled', 'published')
                 AND (v.starts_at IS NULL OR v.starts_at <= now())
                 AND (v.ends_at IS NULL OR v.ends_at > now())
               LEFT JOIN embeddings e ON e.variant_id = v.id AND e.space_version = $4
               GROUP BY q.page, q.segment, q.place
               HAVING max(1 - (e.embedding <=> q.vector)) < $5::real
                   OR count(v.id) = 0 AND q.segment <> $6
               ORDER BY q.place
               LIMIT $7"#,
            &pages,
            &segments,
            vectors as _,
            space_version,
            similarity,
            default.0,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| WeakMatch {
                page: PageId(row.page),
                segment: SegmentId(row.segment),
                best: row.best,
            })
            .collect())
    }
}
