//! Warming: decisions and bodies are put into memory before anybody asks for them.

mod pool;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use domain::cache_key::Arm;
use domain::{BodyKey, Locale, PageId, SegmentId};
use futures::{StreamExt as _, stream};
use tracing::{info, warn};

use self::pool::Pool;
use crate::cache::{Cached, Decision, Lookup, Remembered};
use crate::catalog::{Catalog, Page};
use crate::decide::Decider;
use crate::engine::{Engine, Source, Target};
use crate::store::{Store, StoreError};
use crate::visits::{self, Place};

/// How long to wait before trying again after a failure.
const RETRY: Duration = Duration::from_secs(2);
/// How long the database may take for one page.
const DATABASE_LIMIT: Duration = Duration::from_secs(10);
/// The share of memory that is filled; the rest is for what nobody foresaw.
const FILLED: f64 = 0.95;

/// Fills the memory of one engine.
#[derive(Debug)]
pub struct Warmer {
    engine: Arc<Engine>,
    store: Store,
    pool: Pool,
    concurrency: usize,
}

/// Why a round ended early.
#[derive(Debug)]
enum Interrupted {
    /// The catalog changed: the next round is for the new one.
    Superseded,
    Failed(String),
}

/// What one page needs.
struct PageWork<'a> {
    catalog: &'a Arc<Catalog>,
    page: Arc<Page>,
    ranking: &'a HashMap<Place, f64>,
    full: &'a AtomicBool,
}

impl Warmer {
    /// A warmer that works on `concurrency` pages at a time, with connections of its own to the
    /// database and threads that give way to visitors'.
    ///
    /// # Errors
    /// [`std::io::Error`] when the system refuses threads.
    pub fn new(
        engine: Arc<Engine>,
        store: Store,
        concurrency: usize,
    ) -> Result<Self, std::io::Error> {
        Ok(Self {
            engine,
            store,
            pool: Pool::new(concurrency)?,
            concurrency,
        })
    }

    /// Fills the caches now and after each change of the catalog, for as long as the returned
    /// future is polled.
    pub async fn run(self) {
        let mut changes = self.engine.catalog_handle().changes();
        loop {
            changes.mark_unchanged();
            let catalog = self.engine.catalog();
            visits::forget_outdated(&self.engine, &catalog);
            match self.round(&catalog).await {
                Ok(()) => {
                    if changes.changed().await.is_err() {
                        return;
                    }
                }
                Err(Interrupted::Superseded) => {}
                Err(Interrupted::Failed(problem)) => {
                    warn!(problem, "warm.round failed; trying again soon");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    /// Warms every page of a catalog, the most visited first.
    async fn round(&self, catalog: &Arc<Catalog>) -> Result<(), Interrupted> {
        let started = Instant::now();
        let ranking = visits::patient_ranking(&self.engine).await;
        let mut of_page: HashMap<PageId, f64> = HashMap::new();
        for (place, visits) in &ranking {
            *of_page.entry(place.page).or_default() += visits;
        }
        let mut pages: Vec<Arc<Page>> = catalog.pages().cloned().collect();
        let visits = |page: &Page| of_page.get(&page.id).copied().unwrap_or(0.0);
        pages.sort_by(|a, b| visits(b).total_cmp(&visits(a)).then(a.id.cmp(&b.id)));

        let each = i64::try_from(catalog.segments.len() * catalog.site.locales.len()).unwrap_or(0);
        let metrics = &self.engine.metrics;
        metrics.warm_done.set(0);
        metrics
            .warm_total
            .set(each * i64::try_from(pages.len()).unwrap_or(0));
        let (full, computed) = (AtomicBool::new(false), AtomicI64::new(0));
        let mut work = stream::iter(pages)
            .map(|page| {
                let work = PageWork {
                    catalog,
                    page,
                    ranking: &ranking,
                    full: &full,
                };
                let computed = &computed;
                async move {
                    let new = self.page(&work).await?;
                    computed.fetch_add(new, Ordering::Relaxed);
                    metrics.warm_done.add(each);
                    Ok(())
                }
            })
            .buffer_unordered(self.concurrency);
        while let Some(outcome) = work.next().await {
            outcome?;
            if self.engine.catalog().revision != catalog.revision {
                return Err(Interrupted::Superseded);
            }
        }
        info!(
            decisions = metrics.warm_total.get(),
            computed = computed.load(Ordering::Relaxed),
            seconds = started.elapsed().as_secs_f64(),
            memory_full = full.load(Ordering::Relaxed),
            "warm.round"
        );
        Ok(())
    }

    /// Puts a page's decisions and bodies into memory; returns how many were not there.
    async fn page(&self, work: &PageWork<'_>) -> Result<i64, Interrupted> {
        let engine = &self.engine;
        if self.is_warm(work) {
            return Ok(0);
        }
        let decided = in_time(Decider::deliberate_page(
            &self.store,
            work.catalog,
            &work.page,
        ))
        .await?;
        let now = engine.unix_time();
        let mut new = Vec::new();
        let mut bodies: HashMap<BodyKey, (Target, f64)> = HashMap::new();
        for (segment, locale, choice) in decided {
            let decision = Decision::from(&choice);
            let target = work.target(segment, locale);
            let (key, body) = (target.decision_key(), target.body_key(decision.variant));
            if body.recall(&engine.memory).is_none() {
                bodies.entry(body).or_insert((target, 0.0)).1 += work.visits(segment, locale);
            }
            if key.recall(&engine.memory).is_none() {
                let kept = engine.keep(key, Cached::new(decision, now), Source::Vector);
                new.push((key, kept.value));
            }
        }
        let values = &engine.metrics.warm_values;
        values
            .with_label_values(&["decision"])
            .inc_by(new.len() as u64);
        let namespace = engine.namespace(&work.catalog.instance);
        if let Some(shared) = &engine.shared {
            let new: Vec<_> = new.iter().map(|(key, value)| (*key, &**value)).collect();
            shared.put(&namespace, &new).await;
        }
        let mut bodies: Vec<(BodyKey, (Target, f64))> = bodies.into_iter().collect();
        bodies.sort_by(|(_, (_, a)), (_, (_, b))| b.total_cmp(a));
        let new_bodies = self.bodies(work, &namespace, &bodies).await?;
        Ok(i64::try_from(new.len() + new_bodies).unwrap_or(0))
    }

    /// Takes bodies from other nodes, and renders those that none has.
    async fn bodies(
        &self,
        work: &PageWork<'_>,
        namespace: &str,
        bodies: &[(BodyKey, (Target, f64))],
    ) -> Result<usize, Interrupted> {
        let engine = &self.engine;
        let values = &engine.metrics.warm_values;
        let mut missing = Vec::new();
        for (key, (target, _)) in bodies {
            match engine.peek_shared(namespace, *key).await {
                Lookup::Found(body) => {
                    engine.keep(*key, body, Source::Redis);
                    values.with_label_values(&["fetched"]).inc();
                }
                Lookup::Absent | Lookup::Unavailable => missing.push((*key, target)),
            }
        }
        let variants: Vec<_> = missing.iter().filter_map(|(key, _)| key.variant).collect();
        let mut contents = HashMap::new();
        if !variants.is_empty() {
            let page = &work.page;
            contents = in_time(
                self.store
                    .variant_contents(page.id, page.revision, &variants),
            )
            .await?;
        }
        for (key, target) in missing {
            if engine.memory.filled() > FILLED {
                work.full.store(true, Ordering::Relaxed);
                break;
            }
            let change = key.variant.and_then(|variant| contents.remove(&variant));
            if key.variant.is_some() != change.is_some() {
                continue;
            }
            let made = engine.work(target, change);
            if let Some(body) = self.pool.run(move || made.make()).await.flatten() {
                let kept = engine.keep(key, Cached::new(body, engine.unix_time()), Source::Vector);
                values.with_label_values(&["rendered"]).inc();
                if let Some(shared) = &engine.shared {
                    shared.put(namespace, &[(key, &*kept.value)]).await;
                }
            }
        }
        Ok(bodies.len())
    }

    fn is_warm(&self, work: &PageWork<'_>) -> bool {
        let memory = &self.engine.memory;
        work.catalog.site.locales.iter().all(|locale| {
            work.catalog.segments.iter().all(|segment| {
                let target = work.target(segment.id, *locale);
                let decision = target.decision_key().recall(memory);
                decision.is_some_and(|decision| {
                    target.body_key(decision.variant).recall(memory).is_some()
                })
            })
        })
    }
}

impl PageWork<'_> {
    fn target(&self, segment: SegmentId, locale: Locale) -> Target {
        Target {
            catalog: Arc::clone(self.catalog),
            page: Arc::clone(&self.page),
            segment,
            locale,
            term: None,
            arm: Arm::Personalised,
        }
    }

    fn visits(&self, segment: SegmentId, locale: Locale) -> f64 {
        let place = Place {
            page: self.page.id,
            segment,
            locale,
        };
        self.ranking.get(&place).copied().unwrap_or(0.0)
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, Interrupted> {
    match tokio::time::timeout(DATABASE_LIMIT, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(StoreError::Superseded)) => Err(Interrupted::Superseded),
        Ok(Err(error)) => Err(Interrupted::Failed(error.to_string())),
        Err(_) => Err(Interrupted::Failed(StoreError::Unreachable.to_string())),
    }
}
