//! The way of a request: from a visitor to a finished body.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::cache_key::Arm;
use domain::segment::{Reason, detect};
use domain::term::Term;
use domain::{BodyKey, DecisionKey, Locale, SegmentId, VariantId, Visitor};
use tracing::{Instrument, info_span, warn};

use crate::body::{self, Body, BodyRenderer};
use crate::cache::{Decision, Memory, Shared};
use crate::catalog::{Catalog, CatalogHandle, Page};
use crate::clock::Clock;
use crate::content::Contents;
use crate::decide::{Decider, Subject};
use crate::embedding::EmbeddingProvider;
use crate::store::{Store, StoreError};

/// How long a visitor waits for what no cache holds; then the default content is shown.
pub(crate) const BUDGET: Duration = Duration::from_millis(200);

/// Everything a request needs, shared by all of them.
#[derive(Debug)]
pub struct Engine {
    catalog: Arc<CatalogHandle>,
    memory: Memory,
    pub(crate) contents: Contents,
    shared: Option<Shared>,
    decider: Decider,
    pub(crate) store: Store,
    renderer: Arc<dyn BodyRenderer>,
    clock: Arc<dyn Clock>,
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
    /// Embeds campaign terms.
    pub provider: Arc<dyn EmbeddingProvider>,
    /// Turns content into HTML.
    pub renderer: Arc<dyn BodyRenderer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Most bytes of bodies kept in memory.
    pub memory_bytes: u64,
}

/// How a body came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheResult {
    /// Decision and body were cached.
    Hit,
    /// One of them was computed.
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
    wanted: Wanted,
}

/// A finished answer.
#[derive(Debug, Clone)]
pub struct Served {
    /// The body.
    pub body: Arc<Body>,
    /// Whether caches answered.
    pub result: CacheResult,
    /// The furthest place that was asked.
    pub source: Source,
    /// The variant shown; `None` is the default content.
    pub variant: Option<VariantId>,
    /// The winner's cosine similarity, -1 to 1.
    pub similarity: Option<f32>,
}

impl CacheResult {
    /// The value of `x-content-cache`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "HIT",
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
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            decider: Decider::new(parts.store.clone(), parts.provider),
            memory: Memory::new(parts.memory_bytes),
            contents: Contents::new(),
            catalog: parts.catalog,
            shared: parts.shared,
            store: parts.store,
            renderer: parts.renderer,
            clock: parts.clock,
        })
    }

    /// The present catalog.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.get()
    }

    /// The present instant.
    pub fn now(&self) -> time::OffsetDateTime {
        self.clock.now()
    }

    /// Decides without any cache; for explanations.
    pub fn decider(&self) -> &Decider {
        &self.decider
    }

    /// Recognises a visitor of `page`: finds the segment and what the answer depends on. No I/O.
    ///
    /// `None` only for a catalog without segments, which no migrated database has.
    pub fn recognise(
        &self,
        catalog: &Arc<Catalog>,
        page: &Arc<Page>,
        visitor: &Visitor<'_>,
    ) -> Option<Recognised> {
        let (segment, reason) = detect(&catalog.segments, visitor)?;
        Some(Recognised {
            segment,
            reason,
            wanted: Wanted {
                catalog: Arc::clone(catalog),
                page: Arc::clone(page),
                segment: catalog.segments[segment].id,
                locale: visitor.locale(),
                term: visitor.term(),
            },
        })
    }

    /// Answers a recognised visitor. Always has a body; `None` only when rendering itself fails.
    pub async fn serve(self: &Arc<Self>, recognised: &Recognised) -> Option<Served> {
        let answer = match self.answer_from_memory(&recognised.wanted) {
            Some(answer) => answer,
            None => self.answer_from_afar(recognised.wanted.clone()).await?,
        };
        Some(Served {
            body: answer.body,
            result: answer.result,
            source: answer.source,
            variant: answer.decision.variant,
            similarity: answer.decision.similarity,
        })
    }

    /// The hit: two look-ups, no I/O, no lock held across an await.
    fn answer_from_memory(&self, wanted: &Wanted) -> Option<Answer> {
        let decision = self.memory.decision(&wanted.decision_key())?;
        let body = self.memory.body(&wanted.body_key(decision.variant))?;
        Some(Answer {
            body,
            decision,
            result: CacheResult::Hit,
            source: Source::Memory,
        })
    }

    /// Asks Redis, pgvector and the renderer, for as long as the visitor can wait. What is found
    /// later still fills the caches.
    async fn answer_from_afar(self: &Arc<Self>, wanted: Wanted) -> Option<Answer> {
        let engine = Arc::clone(self);
        let looking = wanted.clone();
        let search = tokio::spawn(
            async move { engine.search(&looking).await }.instrument(info_span!("engine.search")),
        );
        match within_budget(search).await {
            Some(Ok(answer)) => return answer,
            Some(Err(error)) => {
                warn!(%error, page = %wanted.page.path, "engine.search failed; showing the default content");
            }
            None => {
                warn!(page = %wanted.page.path, "engine.search is slow; showing the default content");
            }
        }
        self.fallback(&wanted).await
    }

    async fn search(&self, wanted: &Wanted) -> Result<Option<Answer>, StoreError> {
        let (decision, decided_by) = self.decision(wanted).await?;
        let Some((body, found_in)) = self.body(wanted, decision.variant).await? else {
            return Ok(None);
        };
        let furthest = decided_by.max(found_in);
        let result = if furthest <= Source::Redis {
            CacheResult::Hit
        } else {
            CacheResult::Miss
        };
        let source = match (result, decision.variant) {
            (CacheResult::Miss, None) => Source::Default,
            _ => furthest,
        };
        Ok(Some(Answer {
            body,
            decision,
            result,
            source,
        }))
    }

    pub(crate) async fn decision(&self, wanted: &Wanted) -> Result<(Decision, Source), StoreError> {
        let key = wanted.decision_key();
        if let Some(decision) = self.memory.decision(&key) {
            return Ok((decision, Source::Memory));
        }
        let namespace = self.namespace(&wanted.catalog);
        if let Some(shared) = &self.shared
            && let Some(decision) = shared.get(&namespace, &key).await
        {
            self.memory.put_decision(key, decision);
            return Ok((decision, Source::Redis));
        }
        let deliberation = self
            .decider
            .deliberate(&wanted.catalog, wanted.subject(), self.clock.now())
            .await?;
        let winner = deliberation.choice.winner();
        let decision = Decision {
            variant: winner.map(|w| w.variant),
            similarity: winner.and_then(|w| w.similarity),
        };
        // A publication that came in between makes this a decision of neither revision.
        if !deliberation.provisional && self.catalog.get().revision == key.revision {
            self.memory.put_decision(key, decision);
            if let Some(shared) = &self.shared {
                shared.put(&namespace, &key, &decision).await;
            }
        }
        Ok((decision, Source::Vector))
    }

    async fn body(
        &self,
        wanted: &Wanted,
        variant: Option<VariantId>,
    ) -> Result<Option<(Arc<Body>, Source)>, StoreError> {
        let key = wanted.body_key(variant);
        if let Some(body) = self.memory.body(&key) {
            return Ok(Some((body, Source::Memory)));
        }
        let namespace = self.namespace(&wanted.catalog);
        if let Some(shared) = &self.shared
            && let Some(body) = shared.get(&namespace, &key).await
        {
            let body = Arc::new(body);
            self.memory.put_body(key, Arc::clone(&body));
            return Ok(Some((body, Source::Redis)));
        }
        let change = match variant {
            Some(variant) => self.store.variant_content(variant).await?,
            None => None,
        };
        let Some(body) = self.render(wanted, change).await else {
            return Ok(None);
        };
        let body = Arc::new(body);
        if self.catalog.get().revision == key.revision {
            self.memory.put_body(key, Arc::clone(&body));
            if let Some(shared) = &self.shared {
                shared.put(&namespace, &key, &*body).await;
            }
        }
        Ok(Some((body, Source::Vector)))
    }

    /// The default content, which the catalog holds: the answer when everything else is down.
    async fn fallback(&self, wanted: &Wanted) -> Option<Answer> {
        let key = wanted.body_key(None);
        let body = if let Some(body) = self.memory.body(&key) {
            body
        } else {
            let body = Arc::new(self.render(wanted, None).await?);
            self.memory.put_body(key, Arc::clone(&body));
            body
        };
        Some(Answer {
            body,
            decision: Decision {
                variant: None,
                similarity: None,
            },
            result: CacheResult::Error,
            source: Source::Default,
        })
    }

    async fn render(
        &self,
        wanted: &Wanted,
        change: Option<crate::store::VariantContent>,
    ) -> Option<Body> {
        let catalog = &wanted.catalog;
        let default = catalog.site.default_locale;
        let base_locale = wanted.page.content_locale(wanted.locale, default);
        let base = wanted.page.contents.get(&base_locale)?;
        let (content, locale) = match change {
            Some(change) => (base.with_override(&change.content), change.locale),
            None => (base.clone(), base_locale),
        };
        body::render(
            Arc::clone(&self.renderer),
            catalog.site.clone(),
            Arc::clone(&wanted.page),
            content,
            locale,
        )
        .await
    }

    fn namespace(&self, catalog: &Catalog) -> String {
        format!("{}:{:016x}", catalog.instance, self.renderer.fingerprint())
    }
}

/// What a visitor should be answered with.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) page: Arc<Page>,
    pub(crate) segment: SegmentId,
    pub(crate) locale: Locale,
    pub(crate) term: Option<Term>,
}

struct Answer {
    body: Arc<Body>,
    decision: Decision,
    result: CacheResult,
    source: Source,
}

impl Wanted {
    fn decision_key(&self) -> DecisionKey {
        DecisionKey {
            revision: self.catalog.revision,
            page: self.page.id,
            segment: self.segment,
            locale: self.locale,
            term: self.term.as_ref().map(Term::hash),
            arm: Arm::Personalised,
        }
    }

    fn body_key(&self, variant: Option<VariantId>) -> BodyKey {
        BodyKey {
            revision: self.catalog.revision,
            page: self.page.id,
            variant,
            locale: self.locale,
        }
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            page: &self.page,
            segment: self.segment,
            locale: self.locale,
            term: self.term.as_ref(),
        }
    }
}

/// The outcome of a task that finishes in time; a panic inside counts as not finishing.
async fn within_budget<T>(
    task: impl Future<Output = Result<T, tokio::task::JoinError>>,
) -> Option<T> {
    tokio::time::timeout(BUDGET, task).await.ok()?.ok()
}
