//! Campaign terms: their vectors, and which of them are remembered.
//!
//! A term's vector is looked for in this process, then in Redis, then in PostgreSQL, and is
//! otherwise computed while the visitor waits. Anybody can invent terms, therefore
//!
//! - a node learns only so many terms a second that it does not hold in memory (the `Allowance`);
//!   beyond that a term is left out without asking anybody,
//! - only a term that answered a second visit is remembered outside this process,
//! - of those only the most recently used are kept.

mod allowance;
mod keep;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::term::{Term, TermHash};
use domain::{PageId, SegmentId};
use quick_cache::sync::Cache;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tracing::warn;

use self::allowance::Allowance;
use crate::breaker::Breaker;
use crate::cache::{Cached, Flight, Lookup, Shared, TermKey, TermVector};
use crate::catalog::Catalog;
use crate::embedding::{Embedding, Providers};
use crate::metrics::Metrics;
use crate::store::{Space, Store, TextHash};

pub use keep::{flush, keep};

/// Most campaign terms whose vectors are kept in memory.
const MAX_IN_MEMORY: usize = 10_000;
/// Most campaign terms learnt at the same time; beyond that a visitor's term is left out.
const CONCURRENT: usize = 2;
/// The part of a visitor's patience for a term's vector: as much is left for the rest.
const SHARE: u32 = 2;
/// The part of it for PostgreSQL, so that the model still has time.
const DATABASE_SHARE: u32 = 5;
/// Longest time the model may be busy with a term.
const MODEL_LIMIT: Duration = Duration::from_secs(5);
/// Failures in a row after which the embedding provider is left alone, and for how long.
const PROVIDER_FAILURES: u32 = 3;
const PROVIDER_PAUSE: Duration = Duration::from_secs(5);

/// The campaign terms whose vectors are known, and how others are learnt.
#[derive(Debug)]
pub struct Terms {
    providers: Providers,
    store: Store,
    shared: Option<Arc<Shared>>,
    metrics: Arc<Metrics>,
    known: Cache<TermKey, Arc<Known>>,
    allowance: Allowance,
    /// How long a visitor waits for what no cache holds.
    budget: Duration,
    places: Semaphore,
    breaker: Breaker,
    learning: Flight<TermKey, Option<Arc<Known>>>,
}

/// A term with its vector.
#[derive(Debug)]
struct Known {
    text: Box<str>,
    vector: Embedding,
    /// Visits since they were last recorded.
    uses: AtomicU32,
    /// Whether PostgreSQL has it.
    recorded: AtomicBool,
    /// Where it was brought last.
    place: Mutex<Option<(PageId, SegmentId)>>,
}

/// A term whose vector is not to be had at the moment.
#[derive(Debug)]
pub(crate) struct TermUnavailable;

/// For whom a term is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// A visitor, who may have invented it.
    Visitor,
    /// Somebody who wants an explanation and is known to us.
    Desk,
}

impl Terms {
    /// Terms that `providers` embed. A node learns `per_second` of them; `budget` is how long a visitor
    /// waits for what no cache holds, of which a term may take half.
    pub fn new(
        providers: Providers,
        store: Store,
        shared: Option<Arc<Shared>>,
        metrics: Arc<Metrics>,
        per_second: u32,
        budget: Duration,
    ) -> Self {
        let open = metrics.breaker_open.with_label_values(&["embedding"]);
        Self {
            providers,
            store,
            shared,
            metrics,
            known: Cache::new(MAX_IN_MEMORY),
            allowance: Allowance::new(per_second),
            budget,
            places: Semaphore::new(CONCURRENT),
            breaker: Breaker::new(PROVIDER_FAILURES, PROVIDER_PAUSE, open),
            learning: Flight::new(),
        }
    }

    /// The term's vector in the active space; `None` where nothing here embeds into it.
    pub(crate) async fn vector(
        self: &Arc<Self>,
        runtime: &Handle,
        catalog: &Catalog,
        term: &Term,
    ) -> Result<Option<Embedding>, TermUnavailable> {
        let Some(space) = self.space(catalog) else {
            return Ok(None);
        };
        if let Some(known) = self.held(space, term) {
            return Ok(Some(known.vector.clone()));
        }
        // Learning goes on after the wait, so that the next visitor finds the vector.
        let learning = self.learn(runtime, catalog, space, term, Asker::Visitor);
        if let Ok(Some(known)) = tokio::time::timeout(self.budget / SHARE, learning).await {
            Ok(Some(known.vector.clone()))
        } else {
            self.metrics.terms_left_out.inc();
            Err(TermUnavailable)
        }
    }

    /// Waits until a term's vector is known or cannot be had. For explanations, which no visitor
    /// waits for.
    pub(crate) async fn acquaint(
        self: &Arc<Self>,
        runtime: &Handle,
        catalog: &Catalog,
        term: &Term,
    ) {
        if let Some(space) = self.space(catalog)
            && self.held(space, term).is_none()
        {
            self.learn(runtime, catalog, space, term, Asker::Desk).await;
        }
    }

    /// Counts visits that brought a term to a page.
    pub(crate) fn used(
        &self,
        catalog: &Catalog,
        term: TermHash,
        visits: u32,
        place: (PageId, SegmentId),
    ) {
        if visits > 0
            && let Some(space) = &catalog.space
            && let Some(known) = self.known.get(&TermKey::new(space.version, term))
        {
            known.uses.fetch_add(visits, Ordering::Relaxed);
            *known.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        }
    }

    /// The active space, if something here embeds into it.
    pub(crate) fn space<'a>(&self, catalog: &'a Catalog) -> Option<&'a Space> {
        let space = catalog.space.as_ref();
        space.filter(|space| self.providers.of(&space.spec).is_some())
    }

    /// A term that memory holds. Its hash can be forged, its text cannot.
    fn held(&self, space: &Space, term: &Term) -> Option<Arc<Known>> {
        let known = self.known.get(&TermKey::new(space.version, term.hash()));
        known.filter(|known| *known.text == *term.as_str())
    }

    /// Learns a term, once for everybody who brings it at the same time.
    async fn learn(
        self: &Arc<Self>,
        runtime: &Handle,
        catalog: &Catalog,
        space: &Space,
        term: &Term,
        asker: Asker,
    ) -> Option<Arc<Known>> {
        let key = TermKey::new(space.version, term.hash());
        let pending = self.learning.join(runtime, key, || {
            let (terms, space, term) = (Arc::clone(self), space.clone(), term.clone());
            let instance = catalog.instance.clone();
            async move { terms.find(&instance, &space, &term, asker).await }
        });
        let known = pending.await.flatten();
        known.filter(|known| *known.text == *term.as_str())
    }

    /// Looks in Redis and PostgreSQL, and embeds what neither has. `None` when too many terms are
    /// being learnt, or the provider fails.
    async fn find(
        &self,
        instance: &str,
        space: &Space,
        term: &Term,
        asker: Asker,
    ) -> Option<Arc<Known>> {
        if asker == Asker::Visitor && !self.allowance.take() {
            return None;
        }
        let _place = self.places.try_acquire().ok()?;
        let (source, vector) = if let Some(vector) = self.in_redis(instance, space, term).await {
            ("redis", vector)
        } else if let Some(vector) = self.in_database(space, term).await {
            ("database", vector)
        } else {
            ("model", self.embed(space, term).await?)
        };
        self.metrics.terms_learnt.with_label_values(&[source]).inc();
        let known = Arc::new(Known::new(term.as_str(), vector, source != "model"));
        self.remember(space, term.hash(), &known);
        Some(known)
    }

    fn remember(&self, space: &Space, term: TermHash, known: &Arc<Known>) {
        let key = TermKey::new(space.version, term);
        self.known.insert(key, Arc::clone(known));
    }

    async fn in_redis(&self, instance: &str, space: &Space, term: &Term) -> Option<Embedding> {
        let shared = self.shared.as_ref()?;
        let key = TermKey::new(space.version, term.hash());
        match shared.get(instance, &key).await {
            Lookup::Found(found) if *found.text == *term.as_str() => {
                Embedding::new(&space.spec, found.values.clone()).ok()
            }
            _ => None,
        }
    }

    async fn in_database(&self, space: &Space, term: &Term) -> Option<Embedding> {
        let hash = TextHash::of(term.as_str());
        let hashes = [hash];
        let known = self.store.known_vectors(space, &hashes);
        match tokio::time::timeout(self.budget / DATABASE_SHARE, known).await {
            Ok(Ok(mut vectors)) => vectors.remove(&hash),
            // The model can still tell.
            Ok(Err(_)) | Err(_) => None,
        }
    }

    async fn embed(&self, space: &Space, term: &Term) -> Option<Embedding> {
        let provider = self.providers.of(&space.spec)?;
        let permit = self.breaker.permit()?;
        let embedding = provider.embed_one(term.as_str());
        match tokio::time::timeout(MODEL_LIMIT, embedding).await {
            Ok(Ok(vector)) => {
                permit.succeed();
                return Some(vector);
            }
            Ok(Err(error)) => warn!(%error, "terms.embed failed; the term is left out"),
            Err(_) => warn!("terms.embed takes too long; the term is left out"),
        }
        permit.fail();
        None
    }

    /// Tells the other nodes about terms.
    async fn share(&self, instance: &str, terms: &[(TermKey, Arc<Known>)], now: i64) {
        let Some(shared) = &self.shared else { return };
        let values: Vec<(TermKey, Cached<TermVector>)> = terms
            .iter()
            .map(|(key, known)| {
                let value = TermVector {
                    text: known.text.clone(),
                    values: known.vector.as_slice().to_vec(),
                };
                (*key, Cached::new(value, now))
            })
            .collect();
        let values: Vec<_> = values.iter().map(|(key, value)| (*key, value)).collect();
        shared.put(instance, &values).await;
    }
}

impl Known {
    fn new(text: &str, vector: Embedding, recorded: bool) -> Self {
        Self {
            text: text.into(),
            vector,
            uses: AtomicU32::new(0),
            recorded: AtomicBool::new(recorded),
            place: Mutex::default(),
        }
    }
}
