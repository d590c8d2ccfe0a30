//! Keeping the catalog up to date: on news, at scheduled instants, and after lost connections.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{info, warn};

use super::{Catalog, CatalogHandle};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::{Store, StoreError};

/// How long to wait before listening again after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// How often to look for a change nobody announced.
const PATROL: Duration = Duration::from_secs(5);
/// How long the database may take to answer before its connection counts as lost.
const PATIENCE: Duration = Duration::from_secs(5);

/// Follows the database's catalog.
#[derive(Debug)]
pub struct Watcher {
    /// The database.
    pub store: Store,
    /// Where the catalog is put.
    pub handle: Arc<CatalogHandle>,
    /// Tells when the catalog was last known to be the newest.
    pub clock: Arc<dyn Clock>,
    /// Shows what goes on.
    pub metrics: Arc<Metrics>,
}

impl Watcher {
    /// Follows for as long as the returned future is polled.
    ///
    /// A lost or silent connection is noticed and made again; until then the present catalog stays
    /// in use.
    pub async fn run(self) {
        loop {
            let error = match in_time(self.store.listen()).await {
                Ok(listener) => self.follow(listener).await,
                Err(error) => error,
            };
            self.metrics.catalog_listening.set(0);
            self.metrics.catalog_failures.inc();
            warn!(%error, "catalog.watch lost the database; serving the present catalog");
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn follow(&self, mut listener: PgListener) -> StoreError {
        self.metrics.catalog_listening.set(1);
        // News sent while nobody listened is made up for by looking once.
        let mut reload = true;
        loop {
            if let Err(error) = in_time(self.catch_up(reload)).await {
                return error;
            }
            let patrol = Instant::now() + PATROL;
            let wake = self
                .handle
                .get()
                .next_change
                .map_or(patrol, |due| due.min(patrol));
            tokio::select! {
                news = listener.try_recv() => match news {
                    Ok(Some(_)) => reload = true,
                    Ok(None) => return StoreError::Unreachable,
                    Err(error) => return error.into(),
                },
                () = self.handle.outdated.notified() => reload = true,
                () = sleep_until(wake) => reload = false,
            }
        }
    }

    /// Lets schedules hold as of now, and loads the catalog if it is told to or finds it changed.
    async fn catch_up(&self, reload: bool) -> Result<(), StoreError> {
        let due = self.handle.get().next_change;
        let overdue = due.is_some_and(|due| due <= Instant::now());
        if overdue {
            self.store.hold_schedules().await?;
        }
        let present = self.handle.get();
        if reload || overdue || self.store.revision().await?.0 != present.revision {
            let mut catalog = Catalog::load(&self.store).await?;
            if catalog.revision < present.revision {
                // An older copy of the database is back. Its next revisions would name what caches
                // hold under the same numbers.
                warn!(
                    found = catalog.revision.0,
                    known = present.revision.0,
                    "catalog.watch: the database has gone back; raising its revision"
                );
                self.store.resume_after(present.revision).await?;
                catalog = Catalog::load(&self.store).await?;
            }
            if catalog.revision != present.revision {
                info!(revision = catalog.revision.0, "catalog.reload");
            }
            self.handle.replace(catalog);
        }
        self.metrics
            .catalog_revision
            .set(self.handle.get().revision.0);
        self.metrics
            .catalog_confirmed
            .set(self.clock.now().unix_timestamp());
        Ok(())
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(PATIENCE, work)
        .await
        .unwrap_or(Err(StoreError::Unreachable))
}
