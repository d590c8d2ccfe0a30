//! Settings of the whole site.

use domain::SiteSettings;
use sqlx::types::Json;

use super::{Store, StoreError, StoreTransaction};

const SITE: &str = "site";

impl Store {
    /// The site's settings; `None` before any were saved.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the stored value is unreadable.
    pub async fn site(&self) -> Result<Option<SiteSettings>, StoreError> {
        let row = sqlx::query_scalar!(
            r#"SELECT value AS "value: Json<SiteSettings>" FROM settings WHERE key = $1"#,
            SITE
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|Json(site)| site))
    }
}

impl Store {
    /// The key that preview links are signed with, 32 bytes; the schema came with it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the stored value is unreadable.
    pub async fn preview_key(&self) -> Result<[u8; 32], StoreError> {
        let digits = sqlx::query_scalar!(
            r#"SELECT value #>> '{}' AS "digits!" FROM settings WHERE key = 'preview_key'"#
        )
        .fetch_one(&self.pool)
        .await?;
        let malformed = || StoreError::malformed("the key of preview links", &"it is no 32 bytes");
        let mut key = [0; 32];
        if digits.len() != 64 {
            return Err(malformed());
        }
        for (place, byte) in key.iter_mut().enumerate() {
            let pair = digits.get(2 * place..2 * place + 2).ok_or_else(malformed)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| malformed())?;
        }
        Ok(key)
    }
}

impl StoreTransaction {
    /// The site's settings as of this transaction; `None` before any were saved.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the stored value is unreadable.
    pub async fn site(&mut self) -> Result<Option<SiteSettings>, StoreError> {
        let row = sqlx::query_scalar!(
            r#"SELECT value AS "value: Json<SiteSettings>" FROM settings WHERE key = $1"#,
            SITE
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(row.map(|Json(site)| site))
    }

    /// Saves the site's settings.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn save_site(&mut self, site: &SiteSettings) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO settings (key, value) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()",
            SITE,
            Json(site) as _
        )
        .execute(&mut *self.tx)
        .await?;
        self.touched.everything = true;
        Ok(())
    }
}
