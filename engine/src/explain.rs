//! How a request would be decided, spelt out.

mod signal;
mod subjects;
mod text;

use std::future::Future;

use domain::condition::Clause;
use domain::decision::{Choice, Pool, TermUse, Thresholds};
use domain::segment::Reason;
use domain::{SegmentKey, VariantId, Visitor};
use time::OffsetDateTime;

use crate::catalog::{Catalog, Page};
use crate::decide::{Subject, Supposed};
use crate::engine::Engine;
use crate::store::{Space, Store, StoreError};
use subjects::{Recognised, Subjects};

pub use signal::{Counterfactual, Signal};

/// How many candidates an explanation lists.
const LISTED: usize = 5;

/// Everything that led to a decision.
#[derive(Debug)]
pub struct Explanation {
    /// The page's path, without a language prefix.
    pub path: String,
    /// The language asked for.
    pub locale: String,
    /// Per cent of the page's visitors, 0 to 100, who see what is decided for them.
    pub rollout: f64,
    /// The attributes that conditions of this site read, with this visitor's values as JSON.
    pub attributes: Vec<(String, String)>,
    /// Each segment in the order in which they are tried.
    pub segments: Vec<SegmentExplanation>,
    /// The segment that the visitor belongs to.
    pub segment: SegmentKey,
    /// Why.
    pub reason: Reason,
    /// The campaign term in its normalised spelling.
    pub term: Option<String>,
    /// What became of it.
    pub term_use: TermUse,
    /// The space whose vectors decided; `None` before the first import.
    pub space: Option<Space>,
    /// How near is near enough.
    pub thresholds: Thresholds,
    /// Which candidates were in the running.
    pub pool: Pool,
    /// The nearest candidates, best first, at most five.
    pub candidates: Vec<CandidateExplanation>,
    /// How far the winner is ahead of the runner-up, in cosine similarity.
    pub margin: Option<f32>,
    /// What would have been shown if the visitor had come without a signal, for each that they
    /// brought.
    pub counterfactuals: Vec<Counterfactual>,
}

/// Whether a segment's condition holds.
#[derive(Debug)]
pub struct SegmentExplanation {
    /// The segment.
    pub key: SegmentKey,
    /// Whether its condition holds.
    pub matched: bool,
    /// Its condition, clause by clause.
    pub clauses: Vec<Clause>,
}

/// A variant in the running.
#[derive(Debug)]
pub struct CandidateExplanation {
    /// Its row.
    pub id: VariantId,
    /// The name by which an import knows it.
    pub variant: String,
    /// Cosine similarity, -1 to 1; `None` while it has no vector.
    pub similarity: Option<f32>,
}

impl Explanation {
    /// The variant shown; `None` is the page's default content.
    pub fn winner(&self) -> Option<&str> {
        self.candidates.first().map(|c| c.variant.as_str())
    }

    /// What would have been shown without `signal`; `None` where it is absent anyway.
    pub fn without(&self, signal: Signal) -> Option<&Counterfactual> {
        self.counterfactuals
            .iter()
            .find(|other| other.without.contains(&signal))
    }
}

/// Explains how `visitor` of `page` would be decided, past every cache.
///
/// Schedules hold as of the instant that the visitor carries, and `supposed` revisions take part. An
/// instant other than `present`, which is now, is one of the visitor's signals.
/// Whatever concerns the visitor is read before the future is returned, which borrows nothing of
/// them. `None` when the catalog has no segments at all.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn explain<'a>(
    engine: &'a Engine,
    store: &'a Store,
    catalog: &'a Catalog,
    page: &'a Page,
    visitor: &Visitor<'_>,
    present: OffsetDateTime,
    supposed: &'a [Supposed],
) -> impl Future<Output = Result<Option<Explanation>, StoreError>> + Send + use<'a> {
    let subjects = Subjects::of(catalog, page, visitor, present);
    let segments = segments(catalog, visitor);
    let (path, locale) = (page.path.to_string(), visitor.locale());
    let rollout = page.rollout;
    async move {
        let Some(subjects) = subjects else {
            return Ok(None);
        };
        let outcome = async |subject: &Recognised| {
            // Embedding a term may take longer than a visitor waits for it; here it is to have its say.
            if let Some(term) = &subject.term {
                engine.decider().acquaint(catalog, term).await;
            }
            let question = Subject {
                page,
                segment: catalog.segments[subject.segment].id,
                locale,
                term: subject.term.as_ref(),
                at: Some(subject.at),
                supposed,
            };
            let deliberation = engine.decider().deliberate(catalog, question).await?;
            Ok::<Choice, StoreError>(deliberation.choice)
        };
        let choice = outcome(&subjects.visitor).await?;
        // Most signals change nothing that a decision asks for.
        let mut decided = vec![(&subjects.visitor, winner(&choice))];
        for (_, subject) in &subjects.others {
            if decided.iter().all(|(known, _)| *known != subject) {
                decided.push((subject, winner(&outcome(subject).await?)));
            }
        }
        let listed = &choice.ranked[..choice.ranked.len().min(LISTED)];
        let winners = decided.iter().filter_map(|(_, winner)| *winner);
        let shown = listed.iter().map(|ranked| ranked.variant).chain(winners);
        let names = store.variant_names(&shown.collect::<Vec<_>>()).await?;
        let name = |id: VariantId| {
            names
                .iter()
                .find_map(|known| (known.id == id).then(|| known.key.clone()))
                .unwrap_or_else(|| format!("variant {id}"))
        };
        let key = |subject: &Recognised| catalog.segments[subject.segment].key.clone();
        let others = subjects.others.iter().map(|(without, subject)| {
            let found = decided.iter().find(|(known, _)| *known == subject);
            Counterfactual {
                without: without.clone(),
                segment: key(subject),
                reason: subject.reason,
                winner: found.and_then(|(_, winner)| *winner).map(name),
            }
        });
        let counterfactuals = others.collect();
        Ok(Some(Explanation {
            path,
            locale: locale.to_string(),
            rollout,
            attributes: attributes(&segments),
            segments,
            segment: key(&subjects.visitor),
            reason: subjects.visitor.reason,
            term: subjects
                .visitor
                .term
                .as_ref()
                .map(|term| term.as_str().to_owned()),
            term_use: choice.term,
            space: catalog.space.clone(),
            thresholds: catalog.site.thresholds,
            pool: choice.pool,
            margin: choice.margin(),
            candidates: listed
                .iter()
                .map(|r| CandidateExplanation {
                    id: r.variant,
                    variant: name(r.variant),
                    similarity: r.similarity,
                })
                .collect(),
            counterfactuals,
        }))
    }
}

fn winner(choice: &Choice) -> Option<VariantId> {
    choice.winner().map(|ranked| ranked.variant)
}

fn segments(catalog: &Catalog, visitor: &Visitor<'_>) -> Vec<SegmentExplanation> {
    catalog
        .segments
        .iter()
        .map(|segment| SegmentExplanation {
            key: segment.key.clone(),
            matched: segment.condition.matches(visitor),
            clauses: segment.condition.explain(visitor),
        })
        .collect()
}

/// The attributes that any condition asks for, each named once.
fn attributes(segments: &[SegmentExplanation]) -> Vec<(String, String)> {
    let mut attributes: Vec<(String, String)> = segments
        .iter()
        .flat_map(|segment| &segment.clauses)
        .map(|clause| (clause.path.clone(), clause.actual.clone()))
        .collect();
    attributes.sort();
    attributes.dedup();
    attributes
}
