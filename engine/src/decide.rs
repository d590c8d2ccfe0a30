//! Which variant a visitor gets, and why.

use std::collections::HashMap;
use std::sync::Arc;

use domain::decision::{Candidate, Choice, Question, choose};
use domain::term::Term;
use domain::{Locale, SegmentId, VariantId};
use time::OffsetDateTime;
use tokio::runtime::Handle;

use crate::catalog::{Catalog, Page};
use crate::embedding::Embedding;
use crate::metrics::Metrics;
use crate::store::{PageQuestions, Store, StoreError, Wanted};
use crate::terms::{TermUnavailable, Terms};

/// Asks pgvector for candidates and chooses among them.
#[derive(Debug)]
pub struct Decider {
    store: Store,
    terms: Arc<Terms>,
    metrics: Arc<Metrics>,
    runtime: Handle,
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
    /// Another instant at which schedules should hold than the catalog's; for explanations.
    pub at: Option<OffsetDateTime>,
    /// Revisions that take part as if they were published; for previews.
    pub supposed: &'a [Supposed],
}

/// A revision that nobody sees yet, taking part as if it were published.
#[derive(Debug, Clone)]
pub struct Supposed {
    /// The variant; its published revision, if there is one, does not take part.
    pub variant: VariantId,
    /// The segment it is written for; `None` is any.
    pub segment: Option<SegmentId>,
    /// Its language.
    pub locale: Locale,
    /// The vector of its text in the active space, when it could be embedded.
    pub vector: Option<Embedding>,
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

impl Decider {
    /// A decider over `store` that learns what `terms` mean in tasks of `runtime`.
    pub fn new(store: Store, terms: Arc<Terms>, metrics: Arc<Metrics>, runtime: Handle) -> Self {
        Self {
            store,
            terms,
            metrics,
            runtime,
        }
    }

    pub(crate) fn terms(&self) -> &Arc<Terms> {
        &self.terms
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
        let (term, provisional) = match subject.term {
            None => (None, false),
            Some(term) => match self.term_vector(catalog, term).await {
                Ok(vector) => (vector, false),
                Err(TermUnavailable) => (None, true),
            },
        };
        let (candidates, choice) = self
            .consider(&self.store, catalog, subject, term.as_ref())
            .await?;
        Ok(Deliberation {
            candidates,
            choice,
            provisional,
        })
    }

    /// What the subject would get with a term of this vector, by `store` and without any cache.
    ///
    /// # Errors
    /// As for [`Self::deliberate`].
    pub(crate) async fn suppose(
        &self,
        store: &Store,
        catalog: &Catalog,
        subject: Subject<'_>,
        term: &Embedding,
    ) -> Result<Choice, StoreError> {
        let considered = self.consider(store, catalog, subject, Some(term)).await?;
        Ok(considered.1)
    }

    /// The subject's candidates and the choice among them. `term` is its term's vector.
    async fn consider(
        &self,
        store: &Store,
        catalog: &Catalog,
        subject: Subject<'_>,
        term: Option<&Embedding>,
    ) -> Result<(Vec<Candidate>, Choice), StoreError> {
        let Subject {
            page,
            segment,
            locale,
            at,
            supposed,
            ..
        } = subject;
        let query = catalog.query_vector(page, segment);
        let locales = page.variant_locales(locale, catalog.site.default_locale);
        let timer = self.metrics.vector_query_seconds.start_timer();
        let mut candidates = store
            .candidates(Wanted {
                page: page.id,
                revision: page.revision,
                segment,
                locales: &locales,
                space_version: space_version(catalog),
                query: query.as_ref(),
                term,
                at,
            })
            .await?;
        timer.observe_duration();
        candidates.retain(|candidate| supposed.iter().all(|s| s.variant != candidate.variant));
        let fits = |s: &&Supposed| {
            s.segment.is_none_or(|own| own == segment) && locales.contains(&s.locale)
        };
        let compared = |s: &Supposed| {
            let similarity = |to: Option<&Embedding>| Some(to?.cosine(s.vector.as_ref()?));
            Candidate {
                variant: s.variant,
                segment: s.segment,
                locale: s.locale,
                similarity: similarity(query.as_ref()),
                term_similarity: similarity(term),
            }
        };
        candidates.extend(supposed.iter().filter(fits).map(compared));
        let term_alignment = match (&query, term) {
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
        Ok((candidates, choice))
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
        self.terms.acquaint(&self.runtime, catalog, term).await;
    }

    /// Whether the provider's vectors can be compared with those of the active space.
    pub(crate) fn embeds_into(&self, catalog: &Catalog) -> bool {
        self.terms.space(catalog).is_some()
    }

    /// The term's vector in the active space; `None` where the provider embeds into another one.
    async fn term_vector(
        &self,
        catalog: &Catalog,
        term: &Term,
    ) -> Result<Option<Embedding>, TermUnavailable> {
        self.terms.vector(&self.runtime, catalog, term).await
    }
}

/// The version of the space whose vectors decide; 0, which no space has, before the first import.
fn space_version(catalog: &Catalog) -> i32 {
    catalog.space.as_ref().map_or(0, |space| space.version)
}
