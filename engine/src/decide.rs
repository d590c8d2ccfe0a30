//! Which variant a visitor gets, and why.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::decision::{Candidate, Choice, Question, choose};
use domain::term::{Term, TermHash};
use domain::{Locale, SegmentId};
use quick_cache::sync::Cache;
use time::OffsetDateTime;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tracing::warn;

use crate::breaker::Breaker;
use crate::cache::Flight;
use crate::catalog::{Catalog, Page};
use crate::embedding::{Embedding, EmbeddingProvider, Providers};
use crate::metrics::Metrics;
use crate::store::{PageQuestions, Store, StoreError, Wanted};

/// Most campaign terms whose vectors are kept in memory.
const MAX_TERMS: usize = 10_000;
/// Most campaign terms embedded at the same time; beyond that a visitor's term is left out.
const CONCURRENT_TERMS: usize = 2;

/// Longest wait for a term's vector, so that most of a visitor's patience is left for the rest.
const TERM_BUDGET: Duration = Duration::from_millis(100);
/// Longest time a term may occupy one of the places.
const TERM_LIMIT: Duration = Duration::from_secs(5);
/// Failures in a row after which the embedding provider is left alone, and for how long.
const PROVIDER_FAILURES: u32 = 3;
const PROVIDER_PAUSE: Duration = Duration::from_secs(5);

/// Asks pgvector for candidates and chooses among them.
#[derive(Debug)]
pub struct Decider {
    store: Store,
    terms: Arc<Terms>,
    metrics: Arc<Metrics>,
    runtime: Handle,
    embedding: Flight<TermKey, Option<Embedding>>,
}

/// The campaign terms whose vectors are known, and how others are learnt.
#[derive(Debug)]
struct Terms {
    providers: Providers,
    known: Cache<TermKey, Embedding>,
    places: Semaphore,
    breaker: Breaker,
}

/// A term in a space: its vector in another one means nothing here.
type TermKey = (i32, TermHash);

/// What a decision is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The page.
    pub page: &'a Page,
    /// The visitor's segment.
    pub segment: SegmentId,
    /// The language asked for.
    pub locale: Locale,
    /// The campaign term the visitor brought.
    pub term: Option<&'a Term>,
    /// Another instant at which schedules should hold than the catalog's; for explanations.
    pub at: Option<OffsetDateTime>,
}

/// A choice with everything it was made from.
#[derive(Debug, Clone)]
pub struct Deliberation {
    /// Every candidate, in no particular order.
    pub candidates: Vec<Candidate>,
    /// The outcome.
    pub choice: Choice,
    /// Whether the term had to be left out for now: the next visitor should be decided anew.
    pub provisional: bool,
}

/// A term whose vector is not to be had at the moment.
struct TermUnavailable;

impl Decider {
    /// A decider over `store` that embeds campaign terms with `providers`, in tasks of `runtime`.
    pub fn new(
        store: Store,
        providers: Providers,
        metrics: Arc<Metrics>,
        runtime: Handle,
    ) -> Self {
        let open = metrics.breaker_open.with_label_values(&["embedding"]);
        Self {
            store,
            terms: Arc::new(Terms {
                providers,
                known: Cache::new(MAX_TERMS),
                places: Semaphore::new(CONCURRENT_TERMS),
                breaker: Breaker::new(PROVIDER_FAILURES, PROVIDER_PAUSE, open),
            }),
            metrics,
            runtime,
            embedding: Flight::new(),
        }
    }

    /// Whether the term has its say in a decision made now. One that cannot be embedded in time has
    /// not; one that means nothing in the active space has said all it can.
    pub(crate) async fn learns(&self, catalog: &Catalog, term: &Term) -> bool {
        self.term_vector(catalog, term).await.is_ok()
    }

    /// Decides from the database, without any cache.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] when the page has a newer revision than the catalog's; otherwise
    /// [`StoreError`] when the database fails.
    pub async fn deliberate(
        &self,
        catalog: &Catalog,
        subject: Subject<'_>,
    ) -> Result<Deliberation, StoreError> {
        let Subject {
            page,
            segment,
            locale,
            term,
            at,
        } = subject;
        let query = catalog.query_vector(page, segment);
        let (term, provisional) = match term {
            None => (None, false),
            Some(term) => match self.term_vector(catalog, term).await {
                Ok(vector) => (vector, false),
                Err(TermUnavailable) => (None, true),
            },
        };
        let locales = page.variant_locales(locale, catalog.site.default_locale);
        let timer = self.metrics.vector_query_seconds.start_timer();
        let candidates = self
            .store
            .candidates(Wanted {
                page: page.id,
                revision: page.revision,
                segment,
                locales: &locales,
                space_version: space_version(catalog),
                query: query.as_ref(),
                term: term.as_ref(),
                at,
            })
            .await?;
        timer.observe_duration();
        let term_alignment = match (&query, &term) {
            (Some(query), Some(term)) => Some(query.cosine(term)),
            _ => None,
        };
        let choice = choose(
            &candidates,
            &Question {
                segment,
                locales: &locales,
                thresholds: catalog.site.thresholds,
                term_alignment,
            },
        );
        Ok(Deliberation {
            candidates,
            choice,
            provisional,
        })
    }

    /// Decides a page for every segment in every language of the site, by one query to `store`.
    ///
    /// # Errors
    /// As for [`Self::deliberate`].
    pub async fn deliberate_page(
        store: &Store,
        catalog: &Catalog,
        page: &Page,
    ) -> Result<Vec<(SegmentId, Locale, Choice)>, StoreError> {
        let segments: Vec<SegmentId> = catalog.segments.iter().map(|s| s.id).collect();
        let questions = PageQuestions {
            page: page.id,
            revision: page.revision,
            space_version: space_version(catalog),
            segments: segments
                .iter()
                .map(|id| (*id, catalog.query_vector(page, *id)))
                .collect(),
        };
        let mut candidates: HashMap<SegmentId, Vec<Candidate>> = HashMap::new();
        for (asked, candidate) in store.page_candidates(&questions).await? {
            candidates.entry(asked).or_default().push(candidate);
        }
        let default = catalog.site.default_locale;
        let mut decided = Vec::with_capacity(segments.len() * catalog.site.locales.len());
        for locale in &catalog.site.locales {
            let locales = page.variant_locales(*locale, default);
            for segment in &segments {
                let candidates = candidates.get(segment).map_or(&[][..], Vec::as_slice);
                let question = Question {
                    segment: *segment,
                    locales: &locales,
                    thresholds: catalog.site.thresholds,
                    term_alignment: None,
                };
                decided.push((*segment, *locale, choose(candidates, &question)));
            }
        }
        Ok(decided)
    }

    /// Waits until a term's vector is known or cannot be had. For explanations, which no visitor waits for.
    pub(crate) async fn acquaint(&self, catalog: &Catalog, term: &Term) {
        if let Some((version, provider)) = self.speaks(catalog)
            && self.terms.known.get(&(version, term.hash())).is_none()
        {
            self.learning(version, provider, term).await;
        }
    }

    /// Whether terms can be embedded into the active space.
    pub(crate) fn embeds_into(&self, catalog: &Catalog) -> bool {
        self.speaks(catalog).is_some()
    }

    /// The active space's version, and what embeds into it.
    fn speaks(&self, catalog: &Catalog) -> Option<(i32, &Arc<dyn EmbeddingProvider>)> {
        let space = catalog.space.as_ref()?;
        Some((space.version, self.terms.providers.of(&space.spec)?))
    }

    /// Embeds a term, once for everybody who brings it at the same time.
    fn learning(
        &self,
        version: i32,
        provider: &Arc<dyn EmbeddingProvider>,
        term: &Term,
    ) -> impl Future<Output = Option<Option<Embedding>>> {
        let key = (version, term.hash());
        self.embedding.join(&self.runtime, key, || {
            let (terms, provider) = (Arc::clone(&self.terms), Arc::clone(provider));
            let term = term.clone();
            async move { terms.learn(version, &*provider, &term).await }
        })
    }

    /// The term's vector in the active space; `None` where nothing embeds into it.
    async fn term_vector(
        &self,
        catalog: &Catalog,
        term: &Term,
    ) -> Result<Option<Embedding>, TermUnavailable> {
        let Some((version, provider)) = self.speaks(catalog) else {
            return Ok(None);
        };
        if let Some(vector) = self.terms.known.get(&(version, term.hash())) {
            return Ok(Some(vector));
        }
        // Embedding goes on after the wait, so that the next visitor finds the vector.
        let learning = self.learning(version, provider, term);
        let learnt = tokio::time::timeout(TERM_BUDGET, learning).await;
        if let Ok(Some(Some(vector))) = learnt {
            return Ok(Some(vector));
        }
        self.metrics.terms_left_out.inc();
        Err(TermUnavailable)
    }
}

impl Terms {
    /// Embeds a term and remembers its vector; `None` when all places are taken or the provider
    /// fails.
    async fn learn(
        &self,
        version: i32,
        provider: &dyn EmbeddingProvider,
        term: &Term,
    ) -> Option<Embedding> {
        let _place = self.places.try_acquire().ok()?;
        let permit = self.breaker.permit()?;
        let embedding = provider.embed_one(term.as_str());
        match tokio::time::timeout(TERM_LIMIT, embedding).await {
            Ok(Ok(vector)) => {
                permit.succeed();
                self.known.insert((version, term.hash()), vector.clone());
                return Some(vector);
            }
            Ok(Err(error)) => {
                warn!(%error, "decide.embed_term failed; the term is left out");
            }
            Err(_) => warn!("decide.embed_term takes too long; the term is left out"),
        }
        permit.fail();
        None
    }
}

/// The version of the space whose vectors decide; 0, which no space has, before the first import.
fn space_version(catalog: &Catalog) -> i32 {
    catalog.space.as_ref().map_or(0, |space| space.version)
}
