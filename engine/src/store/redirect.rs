//! Paths that pages had before.

use domain::{CanonicalPath, PageId};

use super::{Store, StoreError, StoreTransaction};

impl Store {
    /// Every path that leads to a page which is elsewhere now.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn redirects(&self) -> Result<Vec<(CanonicalPath, PageId)>, StoreError> {
        let rows = sqlx::query!("SELECT path, page_id FROM page_redirects ORDER BY path")
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter()
            .map(|row| Ok((parse_path(row.path)?, PageId(row.page_id))))
            .collect()
    }
}

impl StoreTransaction {
    /// Notes that a page has gone from `left` to `path`, where no redirect may stand any more.
    pub(super) async fn move_page(
        &mut self,
        page: PageId,
        left: Option<&str>,
        path: &CanonicalPath,
    ) -> Result<(), StoreError> {
        if let Some(left) = left.filter(|left| *left != path.as_str()) {
            sqlx::query!(
                "INSERT INTO page_redirects (path, page_id) VALUES ($1, $2)
                 ON CONFLICT (path) DO UPDATE SET page_id = excluded.page_id, created_at = now()",
                left,
                page.0
            )
            .execute(&mut *self.tx)
            .await?;
        }
        sqlx::query!("DELETE FROM page_redirects WHERE path = $1", path.as_str())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}

pub(super) fn parse_path(text: String) -> Result<CanonicalPath, StoreError> {
    CanonicalPath::try_from(text).map_err(|error| StoreError::malformed("a path", &error))
}
