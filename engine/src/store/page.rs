//! Pages and their default content.

use std::collections::BTreeMap;

use domain::record::PageRecord;
use domain::{CanonicalPath, ExternalId, Locale, PageContent, PageId};
use sqlx::types::Json;

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
                    path: CanonicalPath::try_from(row.path)
                        .map_err(|error| StoreError::malformed("a page's path", &error))?,
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
    /// Saves a page under its external id, with all its languages.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when another page has the path.
    pub async fn save_page(&mut self, record: &PageRecord) -> Result<PageId, StoreError> {
        let id = sqlx::query_scalar!(
            "INSERT INTO pages (external_id, path, intent, rollout) VALUES ($1, $2, $3, $4)
             ON CONFLICT (external_id) DO UPDATE SET
                 path = excluded.path, intent = excluded.intent, rollout = excluded.rollout,
                 updated_at = now()
             RETURNING id",
            record.id.as_str(),
            record.path.as_str(),
            record.intent,
            record.rollout
        )
        .fetch_one(&mut *self.tx)
        .await?;
        let locales: Vec<String> = record.contents.keys().map(Locale::to_string).collect();
        sqlx::query!(
            "DELETE FROM page_contents WHERE page_id = $1 AND locale <> ALL ($2)",
            id,
            &locales
        )
        .execute(&mut *self.tx)
        .await?;
        for (locale, content) in &record.contents {
            sqlx::query!(
                "INSERT INTO page_contents (page_id, locale, content) VALUES ($1, $2, $3)
                 ON CONFLICT (page_id, locale) DO UPDATE SET content = excluded.content",
                id,
                locale.as_str(),
                Json(content) as _
            )
            .execute(&mut *self.tx)
            .await?;
        }
        self.touched.pages.push(id);
        Ok(PageId(id))
    }
}

pub(super) fn parse_locale(text: String) -> Result<Locale, StoreError> {
    Locale::try_from(text).map_err(|error| StoreError::malformed("a locale", &error))
}

pub(super) fn parse_external_id(text: String) -> Result<ExternalId, StoreError> {
    ExternalId::try_from(text).map_err(|error| StoreError::malformed("an external id", &error))
}
