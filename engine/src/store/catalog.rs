//! What a catalog is made of, read in one snapshot, and the news that it changed.

use std::collections::HashMap;
use std::time::Duration;

use domain::record::{PageRecord, SegmentRecord};
use domain::{CanonicalPath, PageId, Revision, SegmentId, SiteSettings};
use sqlx::postgres::PgListener;

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
    /// Paths that pages had before, and which page each leads to.
    pub redirects: Vec<(CanonicalPath, PageId)>,
    /// The revision at which each page last changed, through what all depend on or by itself.
    pub page_revisions: HashMap<PageId, Revision>,
    /// The space whose vectors decide.
    pub space: Option<Space>,
    /// How long until a variant next starts or stops being shown, by the database's clock.
    pub next_change: Option<Duration>,
}

impl CatalogRows {
    /// Page intents and segment descriptions: what decisions are compared with.
    pub fn texts_that_ask(&self) -> impl Iterator<Item = &str> {
        let intents = self.pages.iter().map(|(_, page)| page.intent.as_str());
        let descriptions = self
            .segments
            .iter()
            .map(|(_, segment)| segment.description.as_str());
        intents.chain(descriptions)
    }
}

impl Store {
    /// Reads the catalog's rows.
    ///
    /// The revision is read before and after: a publication in between is noticed and the rows are
    /// read again, so that no catalog mixes two revisions.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn catalog_rows(&self) -> Result<CatalogRows, StoreError> {
        loop {
            let (revision, instance) = self.revision().await?;
            let rows = CatalogRows {
                revision,
                instance,
                site: self.site().await?,
                segments: self.segment_records().await?,
                pages: self.page_records().await?,
                redirects: self.redirects().await?,
                space: self.active_space().await?,
                page_revisions: self.page_revisions().await?,
                next_change: self.next_change().await?,
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

    /// Lets schedules hold as of now, by the database's clock: when a start or an end has come, the
    /// pages concerned get a new revision. Returns whether any had to.
    ///
    /// Every node may ask, and one of them does the work.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn hold_schedules(&self) -> Result<bool, StoreError> {
        if self.next_change().await?.is_none_or(|wait| !wait.is_zero()) {
            return Ok(false);
        }
        let mut transaction = self.begin().await?;
        // Another node may have come first.
        let due = sqlx::query_scalar!(
            r#"SELECT EXISTS (
                   SELECT FROM variants v, catalog_state c
                   WHERE v.status IN ('scheduled', 'published')
                     AND (v.starts_at > c.as_of AND v.starts_at <= clock_timestamp()
                          OR v.ends_at > c.as_of AND v.ends_at <= clock_timestamp())
               ) AS "due!""#
        )
        .fetch_one(&mut *transaction.tx)
        .await?;
        if due {
            transaction.announce().await?;
            transaction.commit().await?;
        }
        Ok(due)
    }

    /// Raises the revision above `known`, which this database has forgotten, for every page.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn resume_after(&self, known: Revision) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query!(
            "UPDATE catalog_state SET revision = greatest(revision, $1)",
            known.0
        )
        .execute(&mut *transaction.tx)
        .await?;
        transaction.touched.everything = true;
        transaction.announce().await?;
        transaction.commit().await
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

    async fn page_revisions(&self) -> Result<HashMap<PageId, Revision>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT p.id, greatest(p.revision, c.shared_revision) AS "revision!"
               FROM pages p, catalog_state c"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (PageId(row.id), Revision(row.revision)))
            .collect())
    }

    async fn next_change(&self) -> Result<Option<Duration>, StoreError> {
        let seconds = sqlx::query_scalar!(
            r#"SELECT extract(epoch FROM min(at) - clock_timestamp())::double precision AS seconds
               FROM (
                   SELECT min(starts_at) AS at FROM variants
                   WHERE status IN ('scheduled', 'published')
                     AND starts_at > (SELECT as_of FROM catalog_state)
                   UNION ALL
                   SELECT min(ends_at) FROM variants
                   WHERE status IN ('scheduled', 'published')
                     AND ends_at > (SELECT as_of FROM catalog_state)
               ) AS changes"#
        )
        .fetch_one(&self.pool)
        .await?;
        // What is overdue is due now.
        Ok(seconds.map(|s| Duration::try_from_secs_f64(s.max(0.0)).unwrap_or(Duration::MAX)))
    }
}

impl StoreTransaction {
    /// Raises the revision of what the transaction touched and, once committed, tells every node.
    ///
    /// Schedules hold as of this instant from now on, so pages whose variants start or end up to
    /// it count as touched.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn announce(&mut self) -> Result<Revision, StoreError> {
        let before = sqlx::query_scalar!("SELECT as_of FROM catalog_state")
            .fetch_one(&mut *self.tx)
            .await?;
        let state = sqlx::query!(
            "UPDATE catalog_state SET
                 revision = revision + 1,
                 as_of = greatest(as_of, clock_timestamp()),
                 shared_revision = CASE WHEN $1 THEN revision + 1 ELSE shared_revision END
             RETURNING revision, as_of",
            self.touched.everything
        )
        .fetch_one(&mut *self.tx)
        .await?;
        sqlx::query!(
            "UPDATE pages SET revision = $1
             WHERE id = ANY ($2) OR id IN (
                 SELECT page_id FROM variants
                 WHERE status IN ('scheduled', 'published')
                   AND (starts_at > $3 AND starts_at <= $4 OR ends_at > $3 AND ends_at <= $4))",
            state.revision,
            &self.touched.pages,
            before,
            state.as_of
        )
        .execute(&mut *self.tx)
        .await?;
        sqlx::query!(
            "SELECT pg_notify($1, $2)",
            CATALOG_CHANNEL,
            state.revision.to_string()
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(Revision(state.revision))
    }
}
