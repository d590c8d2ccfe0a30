//! What a catalog is made of, read in one snapshot, and the news that it changed.

use domain::record::{PageRecord, SegmentRecord};
use domain::{PageId, Revision, SegmentId, SiteSettings};
use sqlx::postgres::PgListener;
use time::OffsetDateTime;

use super::{CATALOG_CHANNEL, Space, Store, StoreError, StoreTransaction};

/// A segment and its row number.
pub type SegmentRow = (SegmentId, SegmentRecord);
/// A page and its row number.
pub type PageRow = (PageId, PageRecord);

/// Everything a catalog is made of.
#[derive(Debug)]
pub struct CatalogRows {
    /// The revision these rows belong to.
    pub revision: Revision,
    /// Tells this database's cache keys from another's.
    pub instance: String,
    /// The site's settings, when any were saved.
    pub site: Option<SiteSettings>,
    /// Segments by priority and key, `default` last.
    pub segments: Vec<SegmentRow>,
    /// Pages by path.
    pub pages: Vec<PageRow>,
    /// The space whose vectors decide.
    pub space: Option<Space>,
    /// The next instant after `now` at which a variant starts or stops being shown.
    pub next_change: Option<OffsetDateTime>,
}

impl Store {
    /// Reads the catalog's rows.
    ///
    /// The revision is read before and after: a publication in between is noticed and the rows are
    /// read again, so that no catalog mixes two revisions.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn catalog_rows(&self, now: OffsetDateTime) -> Result<CatalogRows, StoreError> {
        loop {
            let (revision, instance) = self.revision().await?;
            let rows = CatalogRows {
                revision,
                instance,
                site: self.site().await?,
                segments: self.segment_records().await?,
                pages: self.page_records().await?,
                space: self.active_space().await?,
                next_change: self.next_change(now).await?,
            };
            if self.revision().await?.0 == revision {
                return Ok(rows);
            }
        }
    }

    /// The present revision, and the database's own identity.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn revision(&self) -> Result<(Revision, String), StoreError> {
        let row =
            sqlx::query!(r#"SELECT revision, instance::text AS "instance!" FROM catalog_state"#)
                .fetch_one(&self.pool)
                .await?;
        Ok((Revision(row.revision), row.instance))
    }

    /// Raises the revision, so that every node decides anew.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn announce_change(&self) -> Result<Revision, StoreError> {
        let mut transaction = self.begin().await?;
        let revision = transaction.announce().await?;
        transaction.commit().await?;
        Ok(revision)
    }

    /// Listens for changes of the catalog on a connection of its own.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be reached.
    pub async fn listen(&self) -> Result<PgListener, StoreError> {
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(self.options.clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CATALOG_CHANNEL).await?;
        Ok(listener)
    }

    async fn next_change(&self, now: OffsetDateTime) -> Result<Option<OffsetDateTime>, StoreError> {
        let next = sqlx::query_scalar!(
            r#"SELECT min(at) FROM (
                   SELECT starts_at AS at FROM variants
                   WHERE status IN ('scheduled', 'published') AND starts_at > $1
                   UNION ALL
                   SELECT ends_at FROM variants
                   WHERE status IN ('scheduled', 'published') AND ends_at > $1
               ) AS changes"#,
            now
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(next)
    }
}

impl StoreTransaction {
    /// Raises the revision and, once committed, tells every node.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn announce(&mut self) -> Result<Revision, StoreError> {
        let revision = sqlx::query_scalar!(
            "UPDATE catalog_state SET revision = revision + 1 RETURNING revision"
        )
        .fetch_one(&mut *self.tx)
        .await?;
        sqlx::query!(
            "SELECT pg_notify($1, $2)",
            CATALOG_CHANNEL,
            revision.to_string()
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(Revision(revision))
    }
}
