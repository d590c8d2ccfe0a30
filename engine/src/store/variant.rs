//! Variants and their revisions.

use std::collections::HashMap;

use domain::record::VariantRecord;
use domain::variant::Status;
use domain::{
    ContentOverride, ExternalId, Locale, PageId, Revision, SegmentId, SegmentKey, VariantId,
};
use sqlx::types::Json;
use time::OffsetDateTime;

use super::candidate::as_of;
use super::page::{parse_external_id, parse_locale};
use super::segment::parse_key;
use super::vector::TextHash;
use super::{Store, StoreError, StoreTransaction};
use crate::desk::Actor;

/// A variant that was just saved.
#[derive(Debug, Clone, Copy)]
pub struct SavedVariant {
    /// Its row.
    pub id: VariantId,
    /// The number of the revision that was written.
    pub revision: i32,
}

/// What a variant is called.
#[derive(Debug, Clone)]
pub struct VariantName {
    /// Its row.
    pub id: VariantId,
    /// The name by which an import knows it.
    pub key: String,
    /// Its name for people.
    pub name: String,
}

/// What visitors see of a variant.
#[derive(Debug, Clone)]
pub struct VariantContent {
    /// Its language.
    pub locale: Locale,
    /// The name by which an import knows it.
    pub external_id: ExternalId,
    /// Its name for people.
    pub name: String,
    /// The published revision's content.
    pub content: ContentOverride,
}

/// Some of the variants, in the order of their external ids.
#[derive(Debug, Clone, Copy)]
pub struct VariantSelection<'a> {
    /// The page they are of; `None` is any.
    pub page: Option<&'a ExternalId>,
    /// The one after which to go on.
    pub after: Option<&'a ExternalId>,
    /// At most so many.
    pub limit: i64,
}

impl Default for VariantSelection<'_> {
    /// All of them.
    fn default() -> Self {
        Self {
            page: None,
            after: None,
            limit: i64::MAX,
        }
    }
}

impl Store {
    /// What visitors see of variants of a page, as of the page's `revision`. Those that are gone or
    /// not published are left out.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] when the page has a newer revision; otherwise [`StoreError`] when
    /// the database fails or a stored content is unreadable.
    pub async fn variant_contents(
        &self,
        page: PageId,
        revision: Revision,
        variants: &[VariantId],
    ) -> Result<HashMap<VariantId, VariantContent>, StoreError> {
        let ids: Vec<i64> = variants.iter().map(|id| id.0).collect();
        let rows = sqlx::query!(
            r#"SELECT greatest(p.revision, c.shared_revision) AS "revision!", v.id AS "id?",
                      v.locale AS "locale?", v.external_id AS "external_id?", v.name AS "name?",
                      r.content AS "content?: Json<ContentOverride>"
               FROM catalog_state c
               JOIN pages p ON p.id = $1
               LEFT JOIN (variants v
                   JOIN variant_revisions r ON r.variant_id = v.id AND r.number = v.published_revision)
                   ON v.page_id = p.id AND v.id = ANY ($2)"#,
            page.0,
            &ids
        )
        .fetch_all(&self.pool)
        .await?;
        as_of(revision, rows.first().map(|row| row.revision))?;
        let mut contents = HashMap::with_capacity(rows.len());
        for row in rows {
            let (Some(id), Some(locale), Some(external_id), Some(name), Some(Json(content))) =
                (row.id, row.locale, row.external_id, row.name, row.content)
            else {
                continue;
            };
            contents.insert(
                VariantId(id),
                VariantContent {
                    locale: parse_locale(locale)?,
                    external_id: parse_external_id(external_id)?,
                    name,
                    content,
                },
            );
        }
        Ok(contents)
    }

    /// What these variants are called; those that are gone are left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn variant_names(
        &self,
        variants: &[VariantId],
    ) -> Result<Vec<VariantName>, StoreError> {
        let ids: Vec<i64> = variants.iter().map(|id| id.0).collect();
        let rows = sqlx::query!(
            "SELECT id, external_id, name FROM variants WHERE id = ANY ($1)",
            &ids
        )
        .fetch_all(&self.pool)
        .await?;
        let names = rows.into_iter().map(|row| VariantName {
            id: VariantId(row.id),
            key: row.external_id,
            name: row.name,
        });
        Ok(names.collect())
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
        self.variant_rows(named, VariantSelection::default()).await
    }

    /// The next variants as an import would write them, by external id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn variants_in_order(
        &self,
        selection: VariantSelection<'_>,
    ) -> Result<Vec<VariantRecord>, StoreError> {
        self.variant_rows(None, selection).await
    }

    async fn variant_rows(
        &self,
        named: Option<&[ExternalId]>,
        selection: VariantSelection<'_>,
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
               WHERE ($1::text[] IS NULL OR v.external_id = ANY ($1))
                 AND ($2::text IS NULL OR p.external_id = $2)
                 AND ($3::text IS NULL OR v.external_id COLLATE "C" > $3)
               ORDER BY v.external_id COLLATE "C"
               LIMIT $4"#,
            named.as_deref(),
            selection.page.map(ExternalId::as_str),
            selection.after.map(ExternalId::as_str),
            selection.limit
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

    /// The segments that variants of a page are written for.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn segments_of_page(&self, page: &ExternalId) -> Result<Vec<SegmentKey>, StoreError> {
        let keys = sqlx::query_scalar!(
            "SELECT DISTINCT s.key FROM segments s
             JOIN variants v ON v.segment_id = s.id
             JOIN pages p ON p.id = v.page_id
             WHERE p.external_id = $1",
            page.as_str()
        )
        .fetch_all(&self.pool)
        .await?;
        keys.into_iter().map(parse_key).collect()
    }

    /// How many of these variants visitors can see at `now`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn live_variants(
        &self,
        ids: &[VariantId],
        now: OffsetDateTime,
    ) -> Result<i64, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let live = sqlx::query_scalar!(
            r#"SELECT count(*) AS "live!" FROM variants
               WHERE id = ANY ($1) AND status IN ('scheduled', 'published')
                 AND (starts_at IS NULL OR starts_at <= $2)
                 AND (ends_at IS NULL OR ends_at > $2)"#,
            &ids,
            now
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(live)
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
    /// Saves a variant under its external id as a new revision of `actor`'s, published unless it is
    /// a draft.
    ///
    /// # Errors
    /// [`StoreError`] when a constraint refuses it or the database fails.
    pub async fn save_variant(
        &mut self,
        actor: &Actor,
        record: &VariantRecord,
        page: PageId,
        segment: Option<SegmentId>,
        text_hash: &TextHash,
    ) -> Result<SavedVariant, StoreError> {
        let row = sqlx::query!(
            "INSERT INTO variants (external_id, page_id, segment_id, locale, name, status,
                                   starts_at, ends_at, head_revision, published_revision,
                                   published_at, published_by,
                                   head_name, head_segment, head_locale, head_author)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, CASE WHEN $9 THEN 1 END,
                     CASE WHEN $9 THEN now() END, CASE WHEN $9 THEN $11 END, $5, $10, $4, $11)
             ON CONFLICT (external_id) DO UPDATE SET
                 page_id = excluded.page_id, segment_id = excluded.segment_id,
                 locale = excluded.locale, name = excluded.name, status = excluded.status,
                 starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                 head_revision = variants.head_revision + 1,
                 published_revision = CASE WHEN $9 THEN variants.head_revision + 1 END,
                 published_at = coalesce(excluded.published_at, variants.published_at),
                 published_by = coalesce(excluded.published_by, variants.published_by),
                 head_name = excluded.head_name, head_segment = excluded.head_segment,
                 head_locale = excluded.head_locale, head_author = excluded.head_author,
                 updated_at = now()
             RETURNING id, head_revision,
                 -- Still the row before this statement: the page that the variant leaves.
                 (SELECT page_id FROM variants WHERE external_id = $1) AS left_page_id",
            record.id.as_str(),
            page.0,
            segment.map(|id| id.0),
            record.locale.as_str(),
            record.name,
            record.status.as_str(),
            record.starts_at,
            record.ends_at,
            record.status != Status::Draft,
            record.segment.as_ref().map(SegmentKey::as_str),
            actor.name
        )
        .fetch_one(&mut *self.tx)
        .await?;
        sqlx::query!(
            "INSERT INTO variant_revisions (variant_id, number, name, segment, locale, content, text_hash,
                                            author_id, author)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            row.id,
            row.head_revision,
            record.name,
            record.segment.as_ref().map(SegmentKey::as_str),
            record.locale.as_str(),
            Json(&record.content) as _,
            text_hash.as_bytes(),
            actor.user.map(|user| user.0),
            actor.name
        )
        .execute(&mut *self.tx)
        .await?;
        self.touched.pages.push(page.0);
        self.touched.pages.extend(row.left_page_id);
        Ok(SavedVariant {
            id: VariantId(row.id),
            revision: row.head_revision,
        })
    }
}
