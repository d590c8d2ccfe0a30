//! Revisions that nobody sees yet.

use domain::{ContentOverride, Locale, PageId, SegmentId, VariantId};
use sqlx::types::Json;

use super::page::parse_locale;
use super::{Store, StoreError};

/// A variant's newest revision, which visitors do not see.
#[derive(Debug, Clone)]
pub struct Head {
    /// The variant.
    pub variant: VariantId,
    /// The name by which an import knows it.
    pub external_id: String,
    /// Its name for people.
    pub name: String,
    /// The segment it is written for; `None` is any.
    pub segment: Option<SegmentId>,
    /// Its language.
    pub locale: Locale,
    /// What it changes of its page.
    pub content: ContentOverride,
}

impl Store {
    /// The drafts of a page, and what was changed since it was published, by id: at most `limit`.
    /// Archived variants are left out, and so is what was written for a segment that is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored content is unreadable.
    pub async fn heads(&self, page: PageId, limit: i64) -> Result<Vec<Head>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT v.id, v.external_id, r.name, s.id AS "segment_id?", r.locale,
                      r.content AS "content: Json<ContentOverride>"
               FROM variants v
               JOIN variant_revisions r ON r.variant_id = v.id AND r.number = v.head_revision
               LEFT JOIN segments s ON s.key = r.segment
               WHERE v.page_id = $1
                 AND (v.status = 'draft' OR v.status <> 'archived'
                      AND v.head_revision IS DISTINCT FROM v.published_revision)
                 AND (r.segment IS NULL OR s.id IS NOT NULL)
               ORDER BY v.id
               LIMIT $2"#,
            page.0,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Head {
                    variant: VariantId(row.id),
                    external_id: row.external_id,
                    name: row.name,
                    segment: row.segment_id.map(SegmentId),
                    locale: parse_locale(row.locale)?,
                    content: row.content.0,
                })
            })
            .collect()
    }

    /// The names for people of the variants that imports know by these. Those that are gone are left
    /// out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn variant_titles(
        &self,
        external_ids: &[String],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query!(
            "SELECT external_id, name FROM variants WHERE external_id = ANY ($1)",
            external_ids
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.external_id, row.name))
            .collect())
    }
}
