//! What a switch would change: every decision there is, made in both spaces.

mod csv;
mod histogram;
mod kept;
mod report;
mod terms;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::decision::{Candidate, Choice, Question, choose, floored, term_reach};
use domain::{Locale, PageId, SegmentId, VariantId};

use self::kept::Progress;
use super::switch::remembered;
use super::{Floors, Spaces, conflict, counted, gone};
use crate::catalog::{Catalog, Page};
use crate::desk::DeskError;
use crate::embedding::Embedding;
use crate::store::{
    BroughtTerm, PageQuestions, Space, SpaceState, Store, StoreError, TextHash, VariantName, Wanted,
};
use crate::visits::Traffic;

pub use histogram::Histogram;
pub use kept::{Comparison, Comparisons};
pub use report::{Below, Decided, Drift, Named, Outcome, Share, Side};
pub use terms::{Brought, Terms};

/// How often a comparison begins anew because something was published meanwhile.
const ATTEMPTS: u32 = 3;
/// Most campaign terms that are replayed, the latest first.
const TERMS: i64 = 500;

/// A similarity of one variant to one question, in both spaces.
#[derive(Debug, Clone)]
struct Pair {
    segment: SegmentId,
    variant: VariantId,
    /// Whether the floor has a say: it is written for any segment, and there is a language in which
    /// the segment has none of its own.
    floored: bool,
    from: Option<f32>,
    to: Option<f32>,
}

/// A decision in both spaces.
struct Decision {
    segment: SegmentId,
    locale: Locale,
    /// A campaign term, and how often it was brought.
    term: Option<(Brought, f64)>,
    old: Choice,
    new: Choice,
}

/// What was found out about a page.
struct Compared {
    path: String,
    pairs: Vec<Pair>,
    decisions: Vec<Decision>,
    page: PageId,
}

impl Spaces {
    /// Replays every decision there is (each page, segment and language, and the campaign terms that
    /// were brought last) in the space that decides and in the space of version `to`.
    ///
    /// `traffic` says how often each is asked for; without any, all count alike. `floors`
    /// are those that would hold after the switch; those left out are as [`switch`](Self::switch) takes them.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when there is nothing to compare with, or content is published faster
    /// than it can be compared.
    pub async fn drift(
        &self,
        to: i32,
        traffic: &Traffic,
        floors: Floors,
    ) -> Result<Drift, DeskError> {
        let progress = Progress::default();
        self.drift_telling(to, traffic, floors, &progress).await
    }

    /// Does so and says meanwhile how far it is.
    async fn drift_telling(
        &self,
        to: i32,
        traffic: &Traffic,
        floors: Floors,
        progress: &Progress,
    ) -> Result<Drift, DeskError> {
        floors.check()?;
        let from = self.active().await?;
        let row = self.find(to).await?;
        match row.state {
            SpaceState::Building => {
                let without = self.store.missing(to).await?.vital();
                let without = counted(without, "text has", "texts have");
                return Err(DeskError::Conflict(format!(
                    "Space {to} is not complete: {without} no vector there. Compare it once it is."
                )));
            }
            SpaceState::Retired { .. } => return Err(gone(to)),
            SpaceState::Ready { .. } | SpaceState::Active { .. } => {}
        }
        let floors = floors.or(remembered(&row));
        let to = row.space;
        if from == to {
            return Err(conflict("This space decides already."));
        }
        for _ in 0..ATTEMPTS {
            match compare(&self.store, &from, &to, floors, progress).await {
                Ok((catalog, compared)) => {
                    let names = names(&self.store, &compared).await?;
                    return Ok(report::build(
                        &catalog, &from, &to, floors, &compared, names, traffic,
                    ));
                }
                Err(StoreError::Superseded) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(conflict(
            "Content was published while it was compared. Try again in a moment.",
        ))
    }
}

async fn compare(
    store: &Store,
    from: &Space,
    to: &Space,
    floors: Floors,
    progress: &Progress,
) -> Result<(Catalog, Vec<Compared>), StoreError> {
    let before = Catalog::load_in(store, Some(from)).await?;
    let after = Catalog::load_in(store, Some(to)).await?;
    if before.revision != after.revision {
        return Err(StoreError::Superseded);
    }
    let mut pages: Vec<_> = before.pages().cloned().collect();
    pages.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
    let mut compared = Vec::with_capacity(pages.len());
    progress.pages.store(pages.len(), Ordering::Relaxed);
    progress.done.store(0, Ordering::Relaxed);
    for page in &pages {
        let there = after
            .page(page.path.as_str())
            .ok_or(StoreError::Superseded)?;
        let old = candidates(store, &before, page).await?;
        let new = candidates(store, &after, there).await?;
        compared.push(compare_page(&before, page, &old, &new, floors));
        progress.done.fetch_add(1, Ordering::Relaxed);
    }
    let terms = store.brought_terms(TERMS).await?;
    let hashes: Vec<TextHash> = terms.iter().map(|term| TextHash::of(&term.text)).collect();
    let old = store.known_vectors(from, &hashes).await?;
    let new = store.known_vectors(to, &hashes).await?;
    for (term, hash) in terms.iter().zip(&hashes) {
        let place = compared.iter_mut().find(|page| page.page == term.page);
        // A term that one of the spaces does not know says nothing about the two.
        if let (Some(old), Some(new), Some(place)) = (old.get(hash), new.get(hash), place) {
            let old = decide(store, &before, term, old, Floors::default()).await?;
            let new = decide(store, &after, term, new, floors).await?;
            if let (Some((old, in_old)), Some((new, in_new))) = (old, new) {
                let brought = Brought {
                    text: term.text.clone(),
                    in_old,
                    in_new,
                };
                place.decisions.push(Decision {
                    segment: term.segment,
                    locale: before.site.default_locale,
                    term: Some((brought, term.uses)),
                    old,
                    new,
                });
            }
        }
    }
    Ok((before, compared))
}

/// The candidates of a page for each segment, in the catalog's space.
async fn candidates(
    store: &Store,
    catalog: &Catalog,
    page: &Page,
) -> Result<HashMap<SegmentId, Vec<Candidate>>, StoreError> {
    let questions = PageQuestions {
        page: page.id,
        revision: page.revision,
        space_version: catalog.space.as_ref().map_or(0, |space| space.version),
        segments: catalog
            .segments
            .iter()
            .map(|segment| (segment.id, catalog.query_vector(page, segment.id)))
            .collect(),
    };
    let mut found: HashMap<SegmentId, Vec<Candidate>> = HashMap::new();
    for (segment, candidate) in store.page_candidates(&questions).await? {
        found.entry(segment).or_default().push(candidate);
    }
    Ok(found)
}

fn compare_page(
    catalog: &Catalog,
    page: &Page,
    old: &HashMap<SegmentId, Vec<Candidate>>,
    new: &HashMap<SegmentId, Vec<Candidate>>,
    floors: Floors,
) -> Compared {
    let present = catalog.site.thresholds;
    let future = floors.over(present);
    let mut pairs = Vec::new();
    let mut decisions = Vec::new();
    for segment in &catalog.segments {
        let of = |side: &HashMap<SegmentId, Vec<Candidate>>| {
            side.get(&segment.id).cloned().unwrap_or_default()
        };
        let (old, new) = (of(old), of(new));
        let elsewhere: HashMap<VariantId, Option<f32>> =
            new.iter().map(|c| (c.variant, c.similarity)).collect();
        let mut at_floor: HashSet<VariantId> = HashSet::new();
        for locale in &catalog.site.locales {
            let locales = page.variant_locales(*locale, catalog.site.default_locale);
            let question = |thresholds| Question {
                segment: segment.id,
                locales: &locales,
                thresholds,
                term_alignment: None,
            };
            let made =
                |candidates: &[Candidate], thresholds| choose(candidates, &question(thresholds));
            at_floor.extend(floored(&old, &question(present)).map(|c| c.variant));
            decisions.push(Decision {
                segment: segment.id,
                locale: *locale,
                term: None,
                old: made(&old, present),
                new: made(&new, future),
            });
        }
        pairs.extend(old.iter().map(|candidate| Pair {
            segment: segment.id,
            variant: candidate.variant,
            floored: at_floor.contains(&candidate.variant),
            from: candidate.similarity,
            to: elsewhere.get(&candidate.variant).copied().flatten(),
        }));
    }
    Compared {
        path: page.path.to_string(),
        page: page.id,
        pairs,
        decisions,
    }
}

/// Decides for a visitor who brings a term, in the catalog's space, and says how near the term comes
/// to what might be shown; `None` when page or segment are gone.
async fn decide(
    store: &Store,
    catalog: &Catalog,
    term: &BroughtTerm,
    vector: &Embedding,
    floors: Floors,
) -> Result<Option<(Choice, Option<f32>)>, StoreError> {
    let page = catalog.pages().find(|page| page.id == term.page);
    let Some(page) = page.filter(|_| catalog.has_segment(term.segment)) else {
        return Ok(None);
    };
    let default = catalog.site.default_locale;
    let locales = page.variant_locales(default, default);
    let query = catalog.query_vector(page, term.segment);
    let candidates = store
        .candidates(Wanted {
            page: page.id,
            revision: page.revision,
            segment: term.segment,
            locales: &locales,
            space_version: catalog.space.as_ref().map_or(0, |space| space.version),
            query: query.as_ref(),
            term: Some(vector),
            at: None,
        })
        .await?;
    let question = Question {
        segment: term.segment,
        locales: &locales,
        thresholds: floors.over(catalog.site.thresholds),
        term_alignment: query.map(|query| query.cosine(vector)),
    };
    let reach = term_reach(&candidates, &question);
    Ok(Some((choose(&candidates, &question), reach)))
}

async fn names(
    store: &Store,
    compared: &[Compared],
) -> Result<HashMap<VariantId, Arc<Named<VariantId>>>, StoreError> {
    let mut ids: Vec<VariantId> = compared
        .iter()
        .flat_map(|page| page.pairs.iter().map(|pair| pair.variant))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let names = store.variant_names(&ids).await?.into_iter();
    let named = names.map(|VariantName { id, key, name }| (id, Arc::new(Named { id, key, name })));
    Ok(named.collect())
}

impl Catalog {
    /// Reads the catalog from the database as if another space decided.
    async fn load_in(store: &Store, space: Option<&Space>) -> Result<Self, StoreError> {
        let mut rows = store.catalog_rows().await?;
        rows.space = space.cloned();
        let hashes: Vec<TextHash> = rows.texts_that_ask().map(TextHash::of).collect();
        let vectors = match space {
            Some(space) => store.known_vectors(space, &hashes).await?,
            None => HashMap::new(),
        };
        Ok(Self::build(rows, &vectors))
    }
}
