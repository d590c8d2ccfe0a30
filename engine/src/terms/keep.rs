//! Terms that outlive a process: recorded in PostgreSQL, told to other nodes, read again at the
//! start.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::term::Term;
use tracing::warn;

use super::{Known, MAX_IN_MEMORY, Terms};
use crate::cache::TermKey;
use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::store::{Space, Store, StoreError, TermUse};

/// How often uses are recorded.
const INTERVAL: Duration = Duration::from_secs(10);
/// Visits after which a term is remembered outside this process.
const SIGHTINGS: u32 = 2;
/// Terms a statement.
const BATCH: usize = 500;

/// Records terms for as long as the returned future is polled, and first reads those that were.
///
/// At most `limit` terms are kept, the most recently used ones.
pub async fn keep(engine: Arc<Engine>, store: Store, limit: usize) {
    let mut recalled = None;
    loop {
        let catalog = engine.catalog();
        let space = engine.terms().space(&catalog);
        if let Some(space) = space.filter(|space| recalled != Some(space.version)) {
            match recall(engine.terms(), &store, space).await {
                Ok(()) => recalled = Some(space.version),
                Err(error) => warn!(%error, "terms.recall failed; it is tried again"),
            }
        }
        tokio::time::sleep(INTERVAL).await;
        flush(&engine, &store, limit).await;
    }
}

/// Records what was used since the last time; also for the moment before the server stops.
pub async fn flush(engine: &Engine, store: &Store, limit: usize) {
    let catalog = engine.catalog();
    let Some(space) = engine.terms().space(&catalog) else {
        return;
    };
    let used = engine.terms().take_used(space);
    for batch in used.chunks(BATCH) {
        if let Err(error) = record(engine, store, &catalog, space, batch, limit).await {
            warn!(%error, "terms.record failed; it is tried again");
            for (_, known, uses) in batch {
                known.uses.fetch_add(*uses, Ordering::Relaxed);
            }
        }
    }
}

/// Reads the terms that were used last.
async fn recall(terms: &Terms, store: &Store, space: &Space) -> Result<(), StoreError> {
    let limit = i64::try_from(MAX_IN_MEMORY).unwrap_or(i64::MAX);
    for (text, vector) in store.recent_terms(space, limit).await? {
        // What another version normalised differently is met under another name.
        if let Some(term) = Term::normalise(&text)
            && term.as_str() == text
        {
            let known = Arc::new(Known::new(&text, vector, true));
            terms.remember(space, term.hash(), &known);
        }
    }
    Ok(())
}

type Used = (TermKey, Arc<Known>, u32);

async fn record(
    engine: &Engine,
    store: &Store,
    catalog: &Catalog,
    space: &Space,
    batch: &[Used],
    limit: usize,
) -> Result<(), StoreError> {
    let uses: Vec<TermUse> = batch
        .iter()
        .map(|(_, known, uses)| TermUse {
            text: known.text.to_string(),
            vector: known.vector.clone(),
            uses: i64::from(*uses),
            place: *known.place.lock().unwrap_or_else(PoisonError::into_inner),
        })
        .collect();
    let mut transaction = store.begin_beside().await?;
    transaction.record_terms(space, &uses, engine.now()).await?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    transaction.forget_terms(limit).await?;
    transaction.commit().await?;
    let fresh: Vec<(TermKey, Arc<Known>)> = batch
        .iter()
        .filter(|(_, known, _)| !known.recorded.swap(true, Ordering::Relaxed))
        .map(|(key, known, _)| (*key, Arc::clone(known)))
        .collect();
    engine
        .terms()
        .share(&catalog.instance, &fresh, engine.unix_time())
        .await;
    Ok(())
}

impl Terms {
    /// The terms to record, with their visits since the last time, which are taken. A term that
    /// answered a single visit waits for a second one.
    fn take_used(&self, space: &Space) -> Vec<Used> {
        let mut used: Vec<Used> = self
            .known
            .iter()
            .filter(|(key, _)| key.space() == space.version)
            .filter_map(|(key, known)| {
                let least = if known.recorded.load(Ordering::Relaxed) {
                    1
                } else {
                    SIGHTINGS
                };
                let enough = known.uses.load(Ordering::Relaxed) >= least;
                enough.then(|| {
                    let uses = known.uses.swap(0, Ordering::Relaxed);
                    (key, known, uses)
                })
            })
            .collect();
        // All nodes write rows in one order, so that none waits for another in a circle.
        used.sort_by(|one, other| one.1.text.cmp(&other.1.text));
        used
    }
}
