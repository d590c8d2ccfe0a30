//! A variant with its revisions, as the desk sees them.

use std::collections::BTreeMap;

use domain::variant::{Origin, Status};
use domain::{
    CanonicalPath, ContentOverride, ExternalId, Locale, PageContent, PageId, SegmentKey, VariantId,
};
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::page::{parse_external_id, parse_locale};
use super::segment::parse_key;
use super::vector::TextHash;
use super::{SavedVariant, Store, StoreError, StoreTransaction};
use crate::desk::Actor;

/// All that a person writes of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantFacts {
    /// Its name for people.
    pub name: String,
    /// The segment it is written for; `None` is any.
    pub segment: Option<SegmentKey>,
    /// Its language.
    pub locale: Locale,
    /// What it changes of its page.
    pub content: ContentOverride,
}

/// A language model that wrote a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenBy {
    /// The model, as its server calls it.
    pub model: String,
    /// What it was asked.
    pub prompt: String,
}

/// One saved revision.
#[derive(Debug, Clone)]
pub struct RevisionRow {
    /// Counted from 1 in each variant.
    pub number: i32,
    /// What was written.
    pub facts: VariantFacts,
    /// Who saved it: the person's name, or what the audit log calls them.
    pub author: String,
    /// How it came about.
    pub origin: Origin,
    /// The language model that wrote it; `None` when people did.
    pub written: Option<WrittenBy>,
    /// When it was saved.
    pub created_at: OffsetDateTime,
}

/// A variant with its newest revision.
#[derive(Debug, Clone)]
pub struct VariantRow {
    /// Its row.
    pub id: VariantId,
    /// The name by which an import knows it.
    pub external_id: ExternalId,
    /// The page's row.
    pub page_id: PageId,
    /// The name by which an import knows the page.
    pub page: ExternalId,
    /// The page's path.
    pub page_path: CanonicalPath,
    /// Where it stands in its life.
    pub status: Status,
    /// When it starts to be shown.
    pub starts_at: Option<OffsetDateTime>,
    /// When it stops being shown.
    pub ends_at: Option<OffsetDateTime>,
    /// The newest revision.
    pub head: RevisionRow,
    /// The revision that visitors see, or saw before it was archived.
    pub published_revision: Option<i32>,
    /// When it was last published; `None` is never.
    pub published_at: Option<OffsetDateTime>,
    /// Who published it last.
    pub published_by: Option<String>,
    /// Whether the text that decides can be compared: it has a vector, or no words.
    pub embedded: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When its newest revision was saved.
    pub updated_at: OffsetDateTime,
}

impl Store {
    /// A variant with its newest revision; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn variant(&self, id: VariantId) -> Result<Option<VariantRow>, StoreError> {
        Ok(variants(&self.pool, &[id]).await?.pop())
    }

    /// Variants with their newest revisions, by id. Those that are gone are left out.
    ///
    /// # Errors
    /// As [`Self::variant`].
    pub async fn variants(&self, ids: &[VariantId]) -> Result<Vec<VariantRow>, StoreError> {
        variants(&self.pool, ids).await
    }

    /// A page's default content in every language.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored content is unreadable.
    pub async fn page_contents(
        &self,
        page: PageId,
    ) -> Result<BTreeMap<Locale, PageContent>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT locale, content AS "content: Json<PageContent>"
               FROM page_contents WHERE page_id = $1"#,
            page.0
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| Ok((parse_locale(row.locale)?, row.content.0)))
            .collect()
    }

    /// The revisions of a variant, newest first, at most `limit` of those before `before`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn variant_revisions(
        &self,
        id: VariantId,
        before: Option<i32>,
        limit: i64,
    ) -> Result<Vec<RevisionRow>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT r.number, r.name, r.segment, r.locale,
                      r.content AS "content: Json<ContentOverride>",
                      coalesce(u.name, r.author) AS "author!", r.origin, r.restored_from,
                      r.draft_model, r.draft_prompt, r.created_at
               FROM variant_revisions r LEFT JOIN users u ON u.id = r.author_id
               WHERE r.variant_id = $1 AND ($2::integer IS NULL OR r.number < $2)
               ORDER BY r.number DESC
               LIMIT $3"#,
            id.0,
            before,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(RevisionRow {
                    number: row.number,
                    facts: VariantFacts {
                        name: row.name,
                        segment: row.segment.map(parse_key).transpose()?,
                        locale: parse_locale(row.locale)?,
                        content: row.content.0,
                    },
                    author: row.author,
                    origin: origin(&row.origin, row.restored_from),
                    written: written(row.draft_model, row.draft_prompt),
                    created_at: row.created_at,
                })
            })
            .collect()
    }
}

impl StoreTransaction {
    /// A variant with its newest revision, as this transaction sees it.
    ///
    /// # Errors
    /// As [`Store::variant`].
    pub async fn variant(&mut self, id: VariantId) -> Result<Option<VariantRow>, StoreError> {
        Ok(variants(&mut *self.tx, &[id]).await?.pop())
    }

    /// Variants as this transaction sees them.
    ///
    /// # Errors
    /// As [`Store::variants`].
    pub async fn variants(&mut self, ids: &[VariantId]) -> Result<Vec<VariantRow>, StoreError> {
        variants(&mut *self.tx, ids).await
    }

    /// A draft that nobody but `actor` wrote, within the last minute, and that says the same.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn same_new_variant(
        &mut self,
        actor: &Actor,
        page: &ExternalId,
        facts: &VariantFacts,
    ) -> Result<Option<SavedVariant>, StoreError> {
        let row = sqlx::query!(
            "SELECT v.id, r.number
             FROM variants v
             JOIN pages p ON p.id = v.page_id
             JOIN variant_revisions r ON r.variant_id = v.id AND r.number = 1
             WHERE v.head_revision = 1 AND v.status = 'draft'
               AND v.created_at > clock_timestamp() - interval '1 minute'
               AND r.author = $1 AND p.external_id = $2 AND r.name = $3
               AND r.segment IS NOT DISTINCT FROM $4 AND r.locale = $5 AND r.content = $6
             ORDER BY v.id LIMIT 1",
            actor.name,
            page.as_str(),
            facts.name,
            facts.segment.as_ref().map(SegmentKey::as_str),
            facts.locale.as_str(),
            Json(&facts.content) as _
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(row.map(|row| SavedVariant {
            id: VariantId(row.id),
            revision: row.number,
        }))
    }

    /// External ids that are taken and start with `prefix`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn variant_names_like(&mut self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let names = sqlx::query_scalar!(
            "SELECT external_id FROM variants WHERE starts_with(external_id, $1)",
            prefix
        )
        .fetch_all(&mut *self.tx)
        .await?;
        Ok(names)
    }

    /// Makes a draft. `None` when its page or segment is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn insert_variant(
        &mut self,
        external_id: &ExternalId,
        page: &ExternalId,
        facts: &VariantFacts,
        dates: (Option<OffsetDateTime>, Option<OffsetDateTime>),
    ) -> Result<Option<VariantId>, StoreError> {
        let id = sqlx::query_scalar!(
            "INSERT INTO variants (external_id, page_id, segment_id, locale, name, status,
                                   starts_at, ends_at, head_revision,
                                   head_name, head_segment, head_locale)
             SELECT $1, p.id, s.id, $4, $5, 'draft', $6, $7, 1, $5, $3, $4
             FROM pages p LEFT JOIN segments s ON s.key = $3
             WHERE p.external_id = $2 AND ($3::text IS NULL OR s.id IS NOT NULL)
             RETURNING id",
            external_id.as_str(),
            page.as_str(),
            facts.segment.as_ref().map(SegmentKey::as_str),
            facts.locale.as_str(),
            facts.name,
            dates.0,
            dates.1
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(id.map(VariantId))
    }

    /// Records which language model wrote a revision, and what it was asked.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note_writer(
        &mut self,
        saved: SavedVariant,
        model: &str,
        prompt: &str,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE variant_revisions SET draft_model = $3, draft_prompt = $4
             WHERE variant_id = $1 AND number = $2",
            saved.id.0,
            saved.revision,
            model,
            prompt
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Writes a revision and makes it the newest. While nothing is published its facts become the
    /// variant's, with `dates`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn insert_revision(
        &mut self,
        saved: SavedVariant,
        facts: &VariantFacts,
        dates: (Option<OffsetDateTime>, Option<OffsetDateTime>),
        text_hash: &TextHash,
        actor: &Actor,
        origin: Origin,
    ) -> Result<(), StoreError> {
        let restored_from = match origin {
            Origin::Restored { from } => Some(from),
            Origin::Saved | Origin::Duplicated | Origin::Imported => None,
        };
        sqlx::query!(
            "INSERT INTO variant_revisions (variant_id, number, name, segment, locale, content,
                                            text_hash, author_id, author, origin, restored_from)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            saved.id.0,
            saved.revision,
            facts.name,
            facts.segment.as_ref().map(SegmentKey::as_str),
            facts.locale.as_str(),
            Json(&facts.content) as _,
            text_hash.as_bytes(),
            actor.user.map(|user| user.0),
            actor.name,
            origin.as_str(),
            restored_from
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "UPDATE variants SET head_revision = $2, head_name = $3, head_segment = $4,
                 head_locale = $5, head_author = $6, updated_at = now()
             WHERE id = $1",
            saved.id.0,
            saved.revision,
            facts.name,
            facts.segment.as_ref().map(SegmentKey::as_str),
            facts.locale.as_str(),
            actor.name
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "UPDATE variants v SET name = $2, locale = $3, starts_at = $5, ends_at = $6,
                 segment_id = (SELECT id FROM segments WHERE key = $4)
             WHERE v.id = $1 AND v.published_revision IS NULL",
            saved.id.0,
            facts.name,
            facts.locale.as_str(),
            facts.segment.as_ref().map(SegmentKey::as_str),
            dates.0,
            dates.1
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Deletes a variant that was never published, or is archived. Returns whether there was one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn delete_hidden(&mut self, id: VariantId) -> Result<bool, StoreError> {
        let done = sqlx::query!(
            "DELETE FROM variants
             WHERE id = $1
               AND (status = 'archived' OR (published_at IS NULL AND published_revision IS NULL))",
            id.0
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

async fn variants(
    executor: impl PgExecutor<'_>,
    ids: &[VariantId],
) -> Result<Vec<VariantRow>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT v.id, v.external_id, v.page_id, p.external_id AS page, p.path, v.status,
                  v.starts_at, v.ends_at, v.published_revision, v.published_at,
                  coalesce(pu.name, v.published_by) AS published_by,
                  v.created_at, v.updated_at, r.number, r.name, r.segment, r.locale,
                  r.content AS "content: Json<ContentOverride>",
                  coalesce(u.name, r.author) AS "author!", r.origin, r.restored_from,
                  r.draft_model AS "draft_model?", r.draft_prompt AS "draft_prompt?",
                  r.created_at AS saved_at,
                  NOT EXISTS (SELECT FROM unembedded_variants n WHERE n.variant_id = v.id) AS "embedded!"
           FROM variants v
           JOIN pages p ON p.id = v.page_id
           JOIN variant_revisions r ON r.variant_id = v.id AND r.number = v.head_revision
           LEFT JOIN users u ON u.id = r.author_id
           LEFT JOIN users pu ON pu.email = v.published_by
           WHERE v.id = ANY ($1)
           ORDER BY v.id"#,
        &ids
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(VariantRow {
                id: VariantId(row.id),
                external_id: parse_external_id(row.external_id)?,
                page_id: PageId(row.page_id),
                page: parse_external_id(row.page)?,
                page_path: CanonicalPath::try_from(row.path)
                    .map_err(|error| StoreError::malformed("a page's path", &error))?,
                status: parse_status(&row.status)?,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                head: RevisionRow {
                    number: row.number,
                    facts: VariantFacts {
                        name: row.name,
                        segment: row.segment.map(parse_key).transpose()?,
                        locale: parse_locale(row.locale)?,
                        content: row.content.0,
                    },
                    author: row.author,
                    origin: origin(&row.origin, row.restored_from),
                    written: written(row.draft_model, row.draft_prompt),
                    created_at: row.saved_at,
                },
                published_revision: row.published_revision,
                published_at: row.published_at,
                published_by: row.published_by,
                embedded: row.embedded,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        })
        .collect()
}

pub(super) fn parse_status(text: &str) -> Result<Status, StoreError> {
    text.parse()
        .map_err(|error| StoreError::malformed("a variant's status", &error))
}

fn written(model: Option<String>, prompt: Option<String>) -> Option<WrittenBy> {
    let (model, prompt) = model.zip(prompt)?;
    Some(WrittenBy { model, prompt })
}

fn origin(name: &str, restored_from: Option<i32>) -> Origin {
    match (name, restored_from) {
        ("restored", Some(from)) => Origin::Restored { from },
        ("saved", _) => Origin::Saved,
        ("duplicated", _) => Origin::Duplicated,
        _ => Origin::Imported,
    }
}
