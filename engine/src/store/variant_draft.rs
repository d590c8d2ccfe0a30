//! What people typed and have not saved yet.

use domain::UserId;
use time::OffsetDateTime;

use super::{Store, StoreError};

/// Most drafts that are kept for one person; the oldest give way.
const MAX_DRAFTS: i64 = 50;

/// What a person typed and has not saved yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDraft {
    /// The window in which they typed it.
    pub tab: String,
    /// What the editor sent.
    pub body: String,
    /// The head revision that the person began from; 0 for a new variant.
    pub base: i32,
    /// When it was last kept.
    pub updated_at: OffsetDateTime,
}

impl Store {
    /// Keeps a person's draft in place of the one of the same key and window.
    ///
    /// # Errors
    /// [`StoreError`] when a constraint refuses it or the database fails.
    pub async fn keep_draft(
        &self,
        person: UserId,
        key: &str,
        tab: &str,
        body: &str,
        base: i32,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO variant_drafts (user_id, key, tab, body, base) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (user_id, key, tab) DO UPDATE SET
                 body = excluded.body, base = excluded.base, updated_at = now()",
            person.0,
            key,
            tab,
            body,
            base
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!(
            "DELETE FROM variant_drafts WHERE user_id = $1 AND (key, tab) IN (
                 SELECT key, tab FROM variant_drafts WHERE user_id = $1
                 ORDER BY updated_at DESC, key, tab OFFSET $2)",
            person.0,
            MAX_DRAFTS
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A person's drafts of one key, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drafts(&self, person: UserId, key: &str) -> Result<Vec<KeptDraft>, StoreError> {
        let drafts = sqlx::query_as!(
            KeptDraft,
            "SELECT tab, body, base, updated_at FROM variant_drafts
             WHERE user_id = $1 AND key = $2
             ORDER BY updated_at DESC, tab",
            person.0,
            key
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(drafts)
    }

    /// Makes the draft of one window that of another, which has none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn move_draft(
        &self,
        person: UserId,
        key: &str,
        from: &str,
        to: &str,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE variant_drafts SET tab = $4 WHERE user_id = $1 AND key = $2 AND tab = $3",
            person.0,
            key,
            from,
            to
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets the draft of one window.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drop_draft(&self, person: UserId, key: &str, tab: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "DELETE FROM variant_drafts WHERE user_id = $1 AND key = $2 AND tab = $3",
            person.0,
            key,
            tab
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
