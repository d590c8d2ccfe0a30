//! Which variant a visitor gets, and why.

use std::sync::Arc;

use domain::decision::{Candidate, Choice, Question, choose};
use domain::term::{Term, TermHash};
use domain::{Locale, SegmentId};
use quick_cache::sync::Cache;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tracing::warn;

use crate::catalog::{Catalog, Page};
use crate::embedding::{Embedding, EmbeddingProvider};
use crate::store::{Space, Store, StoreError, Wanted};

/// Most campaign terms whose vectors are kept in memory.
const MAX_TERMS: usize = 10_000;
/// Most campaign terms embedded at the same time; beyond that a visitor's term is left out.
const CONCURRENT_TERMS: usize = 2;

/// Asks pgvector for candidates and chooses among them.
#[derive(Debug)]
pub struct Decider {
    store: Store,
    provider: Arc<dyn EmbeddingProvider>,
    terms: Cache<TermHash, Embedding>,
    embedding: Semaphore,
}

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
    /// A decider over `store` that embeds campaign terms with `provider`.
    pub fn new(store: Store, provider: Arc<dyn EmbeddingProvider>) -> Self {
        Self {
            store,
            provider,
            terms: Cache::new(MAX_TERMS),
            embedding: Semaphore::new(CONCURRENT_TERMS),
        }
    }

    /// Decides from the database, without any cache.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn deliberate(
        &self,
        catalog: &Catalog,
        subject: Subject<'_>,
        now: OffsetDateTime,
    ) -> Result<Deliberation, StoreError> {
        let Subject {
            page,
            segment,
            locale,
            term,
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
        let space = catalog.space.as_ref().map_or(0, |space| space.version);
        let candidates = self
            .store
            .candidates(Wanted {
                page: page.id,
                segment,
                locales: &locales,
                space_version: space,
                query: query.as_ref(),
                term: term.as_ref(),
                now,
            })
            .await?;
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

    /// The term's vector in the active space; `None` where the provider embeds into another one.
    async fn term_vector(
        &self,
        catalog: &Catalog,
        term: &Term,
    ) -> Result<Option<Embedding>, TermUnavailable> {
        let here = |space: &Space| space.spec == *self.provider.space();
        if !catalog.space.as_ref().is_some_and(here) {
            return Ok(None);
        }
        let hash = term.hash();
        if let Some(vector) = self.terms.get(&hash) {
            return Ok(Some(vector));
        }
        let _permit = self.embedding.try_acquire().map_err(|_| TermUnavailable)?;
        match self.provider.embed_one(term.as_str()).await {
            Ok(vector) => {
                self.terms.insert(hash, vector.clone());
                Ok(Some(vector))
            }
            Err(error) => {
                warn!(%error, "decide.embed_term failed; the term is left out");
                Err(TermUnavailable)
            }
        }
    }
}
