//! The way of a request: from a visitor to a finished body.

mod answer;
mod compute;
mod obtain;
mod refresh;
mod target;
mod tier;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use domain::cache_key::Arm;
use domain::segment::{Reason, detect};
use domain::{BodyKey, DecisionKey, VariantId, Visitor};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::body::{Body, BodyRenderer};
use crate::breaker::Breaker;
use crate::cache::{Cached, Decision, Flight, Lifetime, Memory, Shared};
use crate::catalog::{Catalog, CatalogHandle, Page};
use crate::clock::Clock;
use crate::content::Contents;
use crate::decide::Decider;
use crate::embedding::{EmbeddingProvider, Providers};
use crate::metrics::Metrics;
use crate::pulse::Pulse;
use crate::spaces::Settings;
use crate::store::Store;
use crate::survey::Survey;
use crate::terms::Terms;
use crate::visits::Uncounted;
use crate::writer::Writer;

pub(crate) use self::obtain::{Failure, Found};
pub(crate) use self::target::Target;
pub use self::tier::Tier;

/// Failures in a row after which the database is left alone, and for how long.
const DATABASE_FAILURES: u32 = 3;
const DATABASE_PAUSE: Duration = Duration::from_secs(1);
/// Most values refreshed at the same time.
const REFRESHES: usize = 4;

/// Everything a request needs, shared by all of them.
#[derive(Debug)]
pub struct Engine {
    catalog: Arc<CatalogHandle>,
    pub(crate) memory: Memory,
    pub(crate) contents: Contents,
    pub(crate) shared: Option<Arc<Shared>>,
    decider: Decider,
    providers: Providers,
    spaces: Settings,
    writer: Option<Writer>,
    store: Store,
    pub(crate) renderer: Arc<dyn BodyRenderer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Arc<Metrics>,
    lifetime: Lifetime,
    budget: Duration,
    /// Where computations run. Visitors' connections live in runtimes of their own.
    runtime: Handle,
    database: Breaker,
    decisions: Flight<DecisionKey, Result<Found<Decision>, Failure>>,
    bodies: Flight<BodyKey, Result<Found<Body>, Failure>>,
    stand_ins: Flight<BodyKey, Option<Arc<Cached<Body>>>>,
    refreshes: Semaphore,
    pub(crate) uncounted: Uncounted,
    pub(crate) pulse: Pulse,
    pub(crate) survey: Survey,
    /// What visitors outside a rollout get.
    holdout: Arc<Cached<Decision>>,
}

/// What an [`Engine`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The present catalog.
    pub catalog: Arc<CatalogHandle>,
    /// The tier that nodes share, when there is one.
    pub shared: Option<Shared>,
    /// Embed texts, each into a space of its own.
    pub providers: Providers,
    /// How spaces are filled and kept.
    pub spaces: Settings,
    /// Writes drafts for people at the desk; `None` while that is off.
    pub writer: Option<Writer>,
    /// Campaign terms that may be learnt a second.
    pub terms_per_second: u32,
    /// Turns content into HTML.
    pub renderer: Arc<dyn BodyRenderer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Shows what goes on.
    pub metrics: Arc<Metrics>,
    /// Most bytes of bodies kept in memory.
    pub memory_bytes: u64,
    /// How long cached values may be served.
    pub lifetime: Lifetime,
    /// How long a visitor waits for what no cache holds; then the default content is shown.
    pub budget: Duration,
}

/// How a body came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheResult {
    /// Decision and body were cached.
    Hit,
    /// They were, and are due to be computed again.
    Stale,
    /// One of them was computed, or is still being computed.
    Miss,
    /// It could not be computed; the default content stands in.
    Error,
}

/// The furthest place that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// This process's memory.
    Memory,
    /// Redis.
    Redis,
    /// pgvector.
    Vector,
    /// The page's default content: nothing fits better, or nothing better could be had in time.
    Default,
}

/// A visitor whose segment is known.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// Position of the visitor's segment in the catalog.
    pub segment: usize,
    /// Why the visitor belongs to it.
    pub reason: Reason,
    target: Target,
}

/// A finished answer.
#[derive(Debug, Clone)]
pub struct Served {
    /// The body.
    pub body: Arc<Cached<Body>>,
    /// Whether caches answered.
    pub result: CacheResult,
    /// The furthest place that was asked.
    pub source: Source,
    /// The variant shown; `None` is the default content.
    pub variant: Option<VariantId>,
    /// The winner's cosine similarity, -1 to 1.
    pub similarity: Option<f32>,
    /// Whether a later answer may differ without anything being published: the default content
    /// stands in, or a campaign term was left out. Nobody should keep such an answer.
    pub provisional: bool,
}

impl Recognised {
    /// The catalog in which the visitor was recognised.
    pub fn catalog(&self) -> &Catalog {
        &self.target.catalog
    }

    /// The page asked for.
    pub fn page(&self) -> &Page {
        &self.target.page
    }

    /// Whether the visit is one of a person.
    fn counts(&self) -> bool {
        self.reason != Reason::Crawler
    }
}

impl CacheResult {
    /// Every result, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Hit, Self::Stale, Self::Miss, Self::Error];

    /// Whether caches answered, when `furthest` was the furthest place that was asked.
    pub(crate) fn of(furthest: Source) -> Self {
        if furthest <= Source::Redis {
            Self::Hit
        } else {
            Self::Miss
        }
    }

    /// The value of `x-content-cache`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "HIT",
            Self::Stale => "STALE",
            Self::Miss => "MISS",
            Self::Error => "ERROR",
        }
    }
}

impl Source {
    /// The value of `x-content-source`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
            Self::Vector => "vector",
            Self::Default => "default",
        }
    }
}

impl Engine {
    /// Puts the parts together. Computations will run in the runtime that this is called in.
    pub fn new(parts: Parts) -> Arc<Self> {
        let runtime = Handle::current();
        let now = parts.clock.now();
        let open = parts.metrics.breaker_open.with_label_values(&["postgres"]);
        let shared = parts.shared.map(Arc::new);
        let terms = Arc::new(Terms::new(
            parts.providers.clone(),
            parts.store.clone(),
            shared.clone(),
            Arc::clone(&parts.metrics),
            parts.terms_per_second,
            parts.budget,
        ));
        Arc::new(Self {
            decider: Decider::new(
                parts.store.clone(),
                terms,
                Arc::clone(&parts.metrics),
                runtime.clone(),
            ),
            memory: Memory::new(parts.memory_bytes),
            contents: Contents::new(),
            catalog: parts.catalog,
            providers: parts.providers,
            spaces: parts.spaces,
            shared,
            writer: parts.writer,
            store: parts.store,
            renderer: parts.renderer,
            clock: parts.clock,
            metrics: parts.metrics,
            lifetime: parts.lifetime,
            budget: parts.budget,
            runtime,
            database: Breaker::new(DATABASE_FAILURES, DATABASE_PAUSE, open),
            decisions: Flight::new(),
            bodies: Flight::new(),
            stand_ins: Flight::new(),
            refreshes: Semaphore::new(REFRESHES),
            uncounted: Uncounted::default(),
            pulse: Pulse::default(),
            survey: Survey::new(RandomState::new().hash_one(0), now),
            holdout: Arc::new(Cached::new(
                Decision {
                    variant: None,
                    similarity: None,
                },
                // It is never out of date.
                i64::MAX,
            )),
        })
    }

    /// The present catalog.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.get()
    }

    /// Where the present catalog is held.
    pub(crate) fn catalog_handle(&self) -> &CatalogHandle {
        &self.catalog
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// How long a visitor waits for what no cache holds.
    pub(crate) fn budget(&self) -> Duration {
        self.budget
    }

    /// What tells the time here.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The present instant.
    pub fn now(&self) -> time::OffsetDateTime {
        self.clock.now()
    }

    /// What goes on, for whoever watches.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Everything that can be seen from outside, in Prometheus' text format. What memory holds is
    /// counted at this moment.
    ///
    /// # Errors
    /// [`prometheus::Error`] when a metric cannot be written.
    pub fn report(&self) -> prometheus::Result<String> {
        let (decisions, bodies, bytes) = self.memory.size();
        self.metrics.remembered(decisions, bodies, bytes);
        self.metrics.text()
    }

    /// The campaign terms that are known.
    pub(crate) fn terms(&self) -> &Arc<Terms> {
        self.decider.terms()
    }

    /// Decides without any cache; for explanations.
    pub fn decider(&self) -> &Decider {
        &self.decider
    }

    /// What writes drafts; `None` while that is off.
    pub fn writer(&self) -> Option<&Writer> {
        self.writer.as_ref()
    }

    /// What embeds texts into the space that decides; the configured provider where none can.
    pub fn provider(&self) -> &dyn EmbeddingProvider {
        let catalog = self.catalog();
        let active = catalog.space.as_ref();
        let provider = active.and_then(|space| self.providers.of(&space.spec));
        &**provider.unwrap_or(self.providers.configured())
    }

    /// Everything that embeds texts.
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// How spaces are filled and kept.
    pub fn space_settings(&self) -> Settings {
        self.spaces
    }

    /// Recognises a visitor of `page`: finds the segment and what the answer depends on. No I/O.
    ///
    /// `None` only for a catalog without segments, which no migrated database has.
    pub fn recognise(
        &self,
        catalog: &Arc<Catalog>,
        page: &Arc<Page>,
        visitor: &Visitor<'_>,
        arm: Arm,
    ) -> Option<Recognised> {
        let (segment, reason) = detect(&catalog.segments, visitor)?;
        Some(Recognised {
            segment,
            reason,
            target: Target {
                catalog: Arc::clone(catalog),
                page: Arc::clone(page),
                segment: catalog.segments[segment].id,
                locale: visitor.locale(),
                term: page.heard(visitor),
                arm,
            },
        })
    }
}
