//! Pages and their default content.

use std::collections::BTreeMap;

use domain::record::PageRecord;
use domain::{CanonicalPath, ExternalId, Locale, PageContent, PageId};
use sqlx::types::Json;
use time::OffsetDateTime;

use super::redirect::parse_path;
use super::{Store, StoreError, StoreTransaction};

/// How many variants a page has in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VariantCounts {
    /// Drafts.
    pub draft: i64,
    /// Scheduled ones, started or not.
    pub scheduled: i64,
    /// Published ones.
    pub published: i64,
    /// Archived ones.
    pub archived: i64,
}

/// A page as a list shows it.
#[derive(Debug, Clone)]
pub struct PageSummary {
    /// Its row.
    pub id: PageId,
    /// The name by which imports know it.
    pub external_id: ExternalId,
    /// Its path.
    pub path: CanonicalPath,
    /// Its title in the site's default language, or in the first it has.
    pub title: String,
    /// What it is for.
    pub intent: String,
    /// Per cent of its visitors who see what is decided for them.
    pub rollout: f64,
    /// The languages of its default content, the site's default first.
    pub locales: Vec<Locale>,
    /// Its variants.
    pub variants: VariantCounts,
    /// When it was last saved.
    pub updated_at: OffsetDateTime,
}

/// A page as it is edited.
#[derive(Debug, Clone)]
pub struct EditedPage {
    /// Its row.
    pub id: PageId,
    /// What it says.
    pub record: PageRecord,
    /// How often it was saved.
    pub edition: i32,
    /// When it was last saved.
    pub updated_at: OffsetDateTime,
    /// Its variants.
    pub variants: VariantCounts,
    /// Paths that lead to it.
    pub redirects: Vec<CanonicalPath>,
}

impl VariantCounts {
    /// Variants in any state.
    pub fn total(&self) -> i64 {
        self.draft + self.scheduled + self.published + self.archived
    }
}

impl Store {
    /// The pages whose path, intent or title in any language contains `search`, by path.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn page_summaries(
        &self,
        search: &str,
        default: Locale,
    ) -> Result<Vec<PageSummary>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT p.id, p.external_id, p.path, p.intent, p.rollout, p.updated_at, c.title AS "title!",
                      c.locales AS "locales!", coalesce(v.draft, 0) AS "draft!",
                      coalesce(v.scheduled, 0) AS "scheduled!",
                      coalesce(v.published, 0) AS "published!",
                      coalesce(v.archived, 0) AS "archived!"
               FROM pages p
               JOIN (
                   SELECT page_id, array_agg(locale ORDER BY locale <> $2, locale) AS locales,
                          (array_agg(content ->> 'title' ORDER BY locale <> $2, locale))[1] AS title,
                          lower(string_agg(content ->> 'title', ' ')) AS titles
                   FROM page_contents GROUP BY page_id
               ) c ON c.page_id = p.id
               LEFT JOIN (
                   SELECT page_id, count(*) FILTER (WHERE status = 'draft') AS draft,
                          count(*) FILTER (WHERE status = 'scheduled') AS scheduled,
                          count(*) FILTER (WHERE status = 'published') AS published,
                          count(*) FILTER (WHERE status = 'archived') AS archived
                   FROM variants GROUP BY page_id
               ) v ON v.page_id = p.id
               WHERE strpos(p.path, lower($1)) > 0 OR strpos(lower(p.intent), lower($1)) > 0
                  OR strpos(c.titles, lower($1)) > 0
               ORDER BY p.path"#,
            search,
            default.as_str()
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(PageSummary {
                    id: PageId(row.id),
                    external_id: parse_external_id(row.external_id)?,
                    path: parse_path(row.path)?,
                    title: row.title,
                    intent: row.intent,
                    rollout: row.rollout,
                    locales: row
                        .locales
                        .into_iter()
                        .map(parse_locale)
                        .collect::<Result<_, _>>()?,
                    variants: VariantCounts {
                        draft: row.draft,
                        scheduled: row.scheduled,
                        published: row.published,
                        archived: row.archived,
                    },
                    updated_at: row.updated_at,
                })
            })
            .collect()
    }

    /// A page as it is edited; `None` when there is none of that id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn edited_page(&self, id: PageId) -> Result<Option<EditedPage>, StoreError> {
        let row = sqlx::query!(
            r#"SELECT p.external_id, p.path, p.intent, p.rollout, p.use_terms, p.edition, p.updated_at,
                      (SELECT jsonb_object_agg(c.locale, c.content) FROM page_contents c
                       WHERE c.page_id = p.id)
                          AS "contents!: Json<BTreeMap<Locale, PageContent>>",
                      ARRAY (SELECT r.path FROM page_redirects r WHERE r.page_id = p.id ORDER BY 1)
                          AS "redirects!",
                      (SELECT ARRAY[count(*) FILTER (WHERE status = 'draft'),
                                    count(*) FILTER (WHERE status = 'scheduled'),
                                    count(*) FILTER (WHERE status = 'published'),
                                    count(*) FILTER (WHERE status = 'archived')]
                       FROM variants v WHERE v.page_id = p.id) AS "variants!"
               FROM pages p WHERE p.id = $1"#,
            id.0
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let count = |index: usize| row.variants.get(index).copied().unwrap_or(0);
        Ok(Some(EditedPage {
            id,
            edition: row.edition,
            updated_at: row.updated_at,
            variants: VariantCounts {
                draft: count(0),
                scheduled: count(1),
                published: count(2),
                archived: count(3),
            },
            redirects: row
                .redirects
                .into_iter()
                .map(parse_path)
                .collect::<Result<_, _>>()?,
            record: PageRecord {
                id: parse_external_id(row.external_id)?,
                path: parse_path(row.path)?,
                intent: row.intent,
                rollout: row.rollout,
                terms: row.use_terms,
                contents: row.contents.0,
            },
        }))
    }

    /// Every page as an import would write it, by path.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn page_records(&self) -> Result<Vec<(PageId, PageRecord)>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT p.id, p.external_id, p.path, p.intent, p.rollout, p.use_terms, c.locale,
                      c.content AS "content: Json<PageContent>"
               FROM pages p JOIN page_contents c ON c.page_id = p.id
               ORDER BY p.path, c.locale"#
        )
        .fetch_all(&self.pool)
        .await?;
        let mut pages: Vec<(PageId, PageRecord)> = Vec::new();
        for row in rows {
            let locale = parse_locale(row.locale)?;
            if pages.last().is_none_or(|(id, _)| id.0 != row.id) {
                let record = PageRecord {
                    id: parse_external_id(row.external_id)?,
                    path: parse_path(row.path)?,
                    intent: row.intent,
                    rollout: row.rollout,
                    terms: row.use_terms,
                    contents: BTreeMap::new(),
                };
                pages.push((PageId(row.id), record));
            }
            if let Some((_, page)) = pages.last_mut() {
                page.contents.insert(locale, row.content.0);
            }
        }
        Ok(pages)
    }
}

impl StoreTransaction {
    /// Saves a page under its external id, with all its languages. A path that it leaves leads to
    /// it from now on.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when another page has the path.
    pub async fn save_page(&mut self, record: &PageRecord) -> Result<PageId, StoreError> {
        let row = sqlx::query!(
            "INSERT INTO pages (external_id, path, intent, rollout, use_terms) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (external_id) DO UPDATE SET
                 path = excluded.path, intent = excluded.intent, rollout = excluded.rollout,
                 use_terms = excluded.use_terms,
                 edition = pages.edition + 1, updated_at = now()
             RETURNING id,
                 -- Still the row before this statement: the path that the page leaves.
                 (SELECT path FROM pages WHERE external_id = $1) AS left_path",
            record.id.as_str(),
            record.path.as_str(),
            record.intent,
            record.rollout,
            record.terms
        )
        .fetch_one(&mut *self.tx)
        .await?;
        let id = PageId(row.id);
        self.move_page(id, row.left_path.as_deref(), &record.path)
            .await?;
        let locales: Vec<String> = record.contents.keys().map(Locale::to_string).collect();
        sqlx::query!(
            "DELETE FROM page_contents WHERE page_id = $1 AND locale <> ALL ($2)",
            id.0,
            &locales
        )
        .execute(&mut *self.tx)
        .await?;
        for (locale, content) in &record.contents {
            sqlx::query!(
                "INSERT INTO page_contents (page_id, locale, content) VALUES ($1, $2, $3)
                 ON CONFLICT (page_id, locale) DO UPDATE SET content = excluded.content",
                id.0,
                locale.as_str(),
                Json(content) as _
            )
            .execute(&mut *self.tx)
            .await?;
        }
        self.touched.pages.push(id.0);
        Ok(id)
    }

    /// The page of this external id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn page_named(&mut self, id: &ExternalId) -> Result<Option<PageId>, StoreError> {
        let id = sqlx::query_scalar!("SELECT id FROM pages WHERE external_id = $1", id.as_str())
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(id.map(PageId))
    }

    /// How often a page was saved, which nobody can change before this transaction ends; `None`
    /// when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn page_edition(&mut self, id: PageId) -> Result<Option<i32>, StoreError> {
        let edition = sqlx::query_scalar!("SELECT edition FROM pages WHERE id = $1", id.0)
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(edition)
    }

    /// Deletes a page with its languages and the paths that lead to it. Returns whether it was there.
    ///
    /// # Errors
    /// [`StoreError::Refused`] while it has variants.
    pub async fn delete_page(&mut self, id: PageId) -> Result<bool, StoreError> {
        let deleted = sqlx::query!("DELETE FROM pages WHERE id = $1", id.0)
            .execute(&mut *self.tx)
            .await?;
        Ok(deleted.rows_affected() > 0)
    }
}

pub(super) fn parse_locale(text: String) -> Result<Locale, StoreError> {
    Locale::try_from(text).map_err(|error| StoreError::malformed("a locale", &error))
}

pub(super) fn parse_external_id(text: String) -> Result<ExternalId, StoreError> {
    ExternalId::try_from(text).map_err(|error| StoreError::malformed("an external id", &error))
}
