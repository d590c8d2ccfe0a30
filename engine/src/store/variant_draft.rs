//! What people typed and have not saved yet.

use domain::UserId;
use time::OffsetDateTime;

use super::{Store, StoreError};

/// Most drafts that are kept for one person; the oldest give way.
const MAX_DRAFTS: i64 = 50;

/// What a person typed and has not saved yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDraft {
    /// What the editor sent.
    pub body: String,
    /// The head revision that the person began from; 0 for a new variant.
    pub base: i32,
    /// When it was last kept.
    pub updated_at: OffsetDateTime,
}

impl Store {
    /// Keeps a person's draft in place of the one of the same key.
    ///
    /// # Errors
    /// [`StoreError`] when a constraint refuses it or the database fails.
    pub async fn keep_draft(
        &self,
        person: UserId,
        key: &str,
        body: &str,
        base: i32,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO variant_drafts (user_id, key, body, base) VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_id, key) DO UPDATE SET
                 body = excluded.body, base = excluded.base, updated_at = now()",
            person.0,
            key,
            body,
            base
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!(
            "DELETE FROM variant_drafts WHERE user_id = $1 AND key IN (
                 SELECT key FROM variant_drafts WHERE user_id = $1
                 ORDER BY updated_at DESC, key OFFSET $2)",
            person.0,
            MAX_DRAFTS
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A person's draft; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn draft(&self, person: UserId, key: &str) -> Result<Option<KeptDraft>, StoreError> {
        let row = sqlx::query!(
            "SELECT body, base, updated_at FROM variant_drafts WHERE user_id = $1 AND key = $2",
            person.0,
            key
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| KeptDraft {
            body: row.body,
            base: row.base,
            updated_at: row.updated_at,
        }))
    }

    /// Forgets a person's draft.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drop_draft(&self, person: UserId, key: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "DELETE FROM variant_drafts WHERE user_id = $1 AND key = $2",
            person.0,
            key
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
