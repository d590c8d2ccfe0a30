//! Pages and their default content.

use std::collections::BTreeMap;

use domain::record::PageRecord;
use domain::{ExternalId, Locale, PageContent, PageId};
use sqlx::types::Json;

use super::redirect::parse_path;
use super::{Store, StoreError, StoreTransaction};

impl Store {
    /// Every page as an import would write it, by path.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn page_records(&self) -> Result<Vec<(PageId, PageRecord)>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT p.id, p.external_id, p.path, p.intent, p.rollout, c.locale,
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
            "INSERT INTO pages (external_id, path, intent, rollout) VALUES ($1, $2, $3, $4)
             ON CONFLICT (external_id) DO UPDATE SET
                 path = excluded.path, intent = excluded.intent, rollout = excluded.rollout,
                 edition = pages.edition + 1, updated_at = now()
             RETURNING id,
                 -- Still the row before this statement: the path that the page leaves.
                 (SELECT path FROM pages WHERE external_id = $1) AS left_path",
            record.id.as_str(),
            record.path.as_str(),
            record.intent,
            record.rollout
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

    /// Deletes a page with its languages and the paths that lead to it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] while it has variants.
    pub async fn delete_page(&mut self, id: PageId) -> Result<(), StoreError> {
        sqlx::query!("DELETE FROM pages WHERE id = $1", id.0)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}

pub(super) fn parse_locale(text: String) -> Result<Locale, StoreError> {
    Locale::try_from(text).map_err(|error| StoreError::malformed("a locale", &error))
}

pub(super) fn parse_external_id(text: String) -> Result<ExternalId, StoreError> {
    ExternalId::try_from(text).map_err(|error| StoreError::malformed("an external id", &error))
}
