//! Segments.

use domain::record::SegmentRecord;
use domain::{SegmentId, SegmentKey};
use sqlx::types::Json;

use super::{Store, StoreError, StoreTransaction};

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

    /// Deletes a segment. Returns whether there was one.
    ///
    /// # Errors
    /// [`StoreError::Refused`] while a variant uses it.
    pub async fn delete_segment(&self, key: &SegmentKey) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let deleted = sqlx::query!(
            "DELETE FROM segments WHERE key = $1 AND key <> 'default'",
            key.as_str()
        )
        .execute(&mut *transaction.tx)
        .await?
        .rows_affected();
        if deleted > 0 {
            transaction.touched.everything = true;
            transaction.announce().await?;
        }
        transaction.commit().await?;
        Ok(deleted > 0)
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
                 priority = excluded.priority, condition = excluded.condition, updated_at = now()
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
}

pub(super) fn parse_key(text: String) -> Result<SegmentKey, StoreError> {
    SegmentKey::try_from(text).map_err(|error| StoreError::malformed("a segment's key", &error))
}
