//! Segments.

use domain::record::SegmentRecord;
use domain::variant::Status;
use domain::{CanonicalPath, Locale, SegmentId, SegmentKey, VariantId};
use sqlx::types::Json;
use time::OffsetDateTime;

use super::page::{VariantCounts, parse_locale};
use super::redirect::parse_path;
use super::{Store, StoreError, StoreTransaction};

/// A segment as a list shows it.
#[derive(Debug, Clone)]
pub struct SegmentSummary {
    /// Its row.
    pub id: SegmentId,
    /// What it says.
    pub record: SegmentRecord,
    /// How often it was saved.
    pub edition: i32,
    /// When it was last saved.
    pub updated_at: OffsetDateTime,
    /// The variants written for it.
    pub variants: VariantCounts,
}

/// A variant that is written for a segment.
#[derive(Debug, Clone)]
pub struct SegmentUse {
    /// Its row.
    pub variant: VariantId,
    /// Its name for people.
    pub name: String,
    /// The path of its page.
    pub page: CanonicalPath,
    /// Its language.
    pub locale: Locale,
    /// Where it stands in its life.
    pub status: Status,
}

impl Store {
    /// Every segment as an import would write it, by priority and key, `default` last.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn segment_records(&self) -> Result<Vec<(SegmentId, SegmentRecord)>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT id, key, name, description, priority,
                      condition AS "condition: Json<serde_json::Value>"
               FROM segments
               ORDER BY key = 'default', priority, key"#
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let record = SegmentRecord {
                    key: parse_key(row.key)?,
                    name: row.name,
                    description: row.description,
                    priority: row.priority,
                    condition: row.condition.0,
                };
                Ok((SegmentId(row.id), record))
            })
            .collect()
    }

    /// Every segment as a list shows it, in the order in which they are tried.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn segment_summaries(&self) -> Result<Vec<SegmentSummary>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT s.id, s.key, s.name, s.description, s.priority, s.edition, s.updated_at,
                      s.condition AS "condition: Json<serde_json::Value>",
                      count(v.id) FILTER (WHERE v.status = 'draft') AS "draft!",
                      count(v.id) FILTER (WHERE v.status = 'scheduled') AS "scheduled!",
                      count(v.id) FILTER (WHERE v.status = 'published') AS "published!",
                      count(v.id) FILTER (WHERE v.status = 'archived') AS "archived!"
               FROM segments s LEFT JOIN variants v ON v.segment_id = s.id
               GROUP BY s.id
               ORDER BY s.key = 'default', s.priority, s.key"#
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(SegmentSummary {
                    id: SegmentId(row.id),
                    record: SegmentRecord {
                        key: parse_key(row.key)?,
                        name: row.name,
                        description: row.description,
                        priority: row.priority,
                        condition: row.condition.0,
                    },
                    edition: row.edition,
                    updated_at: row.updated_at,
                    variants: VariantCounts {
                        draft: row.draft,
                        scheduled: row.scheduled,
                        published: row.published,
                        archived: row.archived,
                    },
                })
            })
            .collect()
    }

    /// The variants written for a segment, by page and name: at most `limit` of them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn segment_uses(
        &self,
        segment: SegmentId,
        limit: i64,
    ) -> Result<Vec<SegmentUse>, StoreError> {
        let rows = sqlx::query!(
            "SELECT v.id, v.name, v.locale, v.status, p.path
             FROM variants v JOIN pages p ON p.id = v.page_id
             WHERE v.segment_id = $1
             ORDER BY p.path, v.name, v.id LIMIT $2",
            segment.0,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(SegmentUse {
                    variant: VariantId(row.id),
                    name: row.name,
                    page: parse_path(row.path)?,
                    locale: parse_locale(row.locale)?,
                    status: row
                        .status
                        .parse()
                        .map_err(|error| StoreError::malformed("a variant's status", &error))?,
                })
            })
            .collect()
    }
}

impl StoreTransaction {
    /// Saves a segment under its key.
    ///
    /// # Errors
    /// [`StoreError`] when a constraint refuses it or the database fails.
    pub async fn save_segment(&mut self, record: &SegmentRecord) -> Result<SegmentId, StoreError> {
        let id = sqlx::query_scalar!(
            "INSERT INTO segments (key, name, description, priority, condition)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (key) DO UPDATE SET
                 name = excluded.name, description = excluded.description,
                 priority = excluded.priority, condition = excluded.condition,
                 edition = segments.edition + 1, updated_at = now()
             RETURNING id",
            record.key.as_str(),
            record.name,
            record.description,
            record.priority,
            Json(&record.condition) as _
        )
        .fetch_one(&mut *self.tx)
        .await?;
        self.touched.everything = true;
        Ok(SegmentId(id))
    }

    /// A segment and how often it was saved, which nobody can change before this transaction ends.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn segment(
        &mut self,
        key: &SegmentKey,
    ) -> Result<Option<(SegmentRecord, i32)>, StoreError> {
        let row = sqlx::query!(
            r#"SELECT name, description, priority, edition,
                      condition AS "condition: Json<serde_json::Value>"
               FROM segments WHERE key = $1"#,
            key.as_str()
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(row.map(|row| {
            let record = SegmentRecord {
                key: key.clone(),
                name: row.name,
                description: row.description,
                priority: row.priority,
                condition: row.condition.0,
            };
            (record, row.edition)
        }))
    }

    /// The segments in the order in which they are tried, each with its priority; all but `default`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn segment_order(&mut self) -> Result<Vec<(SegmentKey, i32)>, StoreError> {
        let rows = sqlx::query!(
            "SELECT key, priority FROM segments WHERE key <> 'default' ORDER BY priority, key"
        )
        .fetch_all(&mut *self.tx)
        .await?;
        rows.into_iter()
            .map(|row| Ok((parse_key(row.key)?, row.priority)))
            .collect()
    }

    /// Gives segments new priorities.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_priorities(
        &mut self,
        priorities: &[(SegmentKey, i32)],
    ) -> Result<(), StoreError> {
        let keys: Vec<String> = priorities.iter().map(|(key, _)| key.to_string()).collect();
        let numbers: Vec<i32> = priorities.iter().map(|(_, number)| *number).collect();
        sqlx::query!(
            "UPDATE segments s SET priority = new.priority
             FROM unnest($1::text[], $2::integer[]) AS new (key, priority)
             WHERE s.key = new.key AND s.key <> 'default'",
            &keys,
            &numbers
        )
        .execute(&mut *self.tx)
        .await?;
        self.touched.everything = true;
        Ok(())
    }

    /// Deletes a segment; `default` stays.
    ///
    /// # Errors
    /// [`StoreError::Refused`] while a variant uses it.
    pub async fn delete_segment(&mut self, key: &SegmentKey) -> Result<(), StoreError> {
        sqlx::query!(
            "DELETE FROM segments WHERE key = $1 AND key <> 'default'",
            key.as_str()
        )
        .execute(&mut *self.tx)
        .await?;
        self.touched.everything = true;
        Ok(())
    }
}

pub(super) fn parse_key(text: String) -> Result<SegmentKey, StoreError> {
    SegmentKey::try_from(text).map_err(|error| StoreError::malformed("a segment's key", &error))
}
