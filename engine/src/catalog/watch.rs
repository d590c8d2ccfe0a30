//! Keeping the catalog up to date: on news, at scheduled instants, and after lost connections.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use time::OffsetDateTime;
use tracing::{info, warn};

use super::{Catalog, CatalogHandle};
use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// How long to wait before listening again after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// How often to look for a change nobody announced.
const PATROL: Duration = Duration::from_secs(30);

/// Follows the database's catalog for as long as the returned future is polled.
///
/// A lost connection is noticed and made again; until then the present catalog stays in use.
pub async fn watch(store: Store, handle: Arc<CatalogHandle>, clock: Arc<dyn Clock>) {
    loop {
        match store.listen().await {
            Ok(listener) => {
                // News sent while nobody listened is made up for by loading once.
                reload(&store, &handle, clock.now()).await;
                let error = follow(&store, &handle, listener, &*clock).await;
                warn!(%error, "catalog.watch lost its connection; serving the present catalog");
            }
            Err(error) => warn!(%error, "catalog.watch cannot listen; serving the present catalog"),
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn follow(
    store: &Store,
    handle: &CatalogHandle,
    mut listener: PgListener,
    clock: &dyn Clock,
) -> StoreError {
    loop {
        let now = clock.now();
        let due = handle.get().next_change;
        let until_due = due.map_or(PATROL, |at| {
            (at - now).try_into().unwrap_or(Duration::ZERO).min(PATROL)
        });
        tokio::select! {
            news = listener.try_recv() => match news {
                Ok(Some(_)) => reload(store, handle, clock.now()).await,
                Ok(None) => return StoreError::Unreachable,
                Err(error) => return error.into(),
            },
            () = tokio::time::sleep(until_due) => {
                let now = clock.now();
                // A start or an end has come: decisions made before it are no longer true.
                if due.is_some_and(|at| at <= now) && handle.get().next_change == due
                    && let Err(error) = store.announce_change().await
                {
                    return error;
                }
                match store.revision().await {
                    Ok((revision, _)) if revision != handle.get().revision => {
                        reload(store, handle, now).await;
                    }
                    Ok(_) => {}
                    Err(error) => return error,
                }
            }
        }
    }
}

async fn reload(store: &Store, handle: &CatalogHandle, now: OffsetDateTime) {
    match Catalog::load(store, now).await {
        Ok(catalog) => {
            if catalog.revision != handle.get().revision {
                info!(revision = catalog.revision.0, "catalog.reload");
            }
            handle.replace(catalog);
        }
        Err(error) => warn!(%error, "catalog.reload failed; serving the present catalog"),
    }
}
