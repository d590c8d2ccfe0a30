//! What vectors can tell a marketer: where content is missing, superfluous, or goes to the wrong
//! people.
//!
//! Every question is about a bounded part: the most visited places, the most used terms, the first
//! segments.

mod winners;

use domain::{CanonicalPath, ExternalId, PageId, SegmentKey};
use futures::TryFutureExt;

use super::home::Weak;
use super::{Desk, DeskError};
use crate::catalog::Catalog;
use crate::store::{Disagreement, NamedVariant, NearDuplicate};
use crate::visits;

/// Most of each thing that is told.
const TOLD: i64 = 20;
/// From this cosine similarity on two variants of a page say the same.
const SAME_CONTENT: f32 = 0.95;
/// From this cosine similarity on two descriptions mean the same people.
const SAME_PEOPLE: f32 = 0.85;
/// How much nearer, in cosine similarity, another segment's content has to be to a term.
const MUCH_NEARER: f32 = 0.15;
/// Most used terms that are looked at.
const TERMS: i64 = 200;
/// Segments whose descriptions are compared, the first by priority.
const SEGMENTS: usize = 300;

/// What vectors tell.
#[derive(Debug, Clone)]
pub struct Insights {
    /// Whether any visit is known; otherwise there are no gaps either.
    pub visited: bool,
    /// Visited places for which nothing fits well, the most visited first.
    pub gaps: Vec<Weak>,
    /// Variants of one page that say nearly the same, the most alike first.
    pub duplicates: Vec<NearDuplicate>,
    /// Variants that nobody gets, of the most visited pages.
    pub never_shown: Vec<NeverShown>,
    /// Segments whose descriptions are hard to tell apart, the most alike first.
    pub twins: Vec<Twins>,
    /// Campaign terms that are nearer to another segment's content, the most used first.
    pub disagreements: Vec<Disagreement>,
    /// Names for what the others refer to.
    pub names: Names,
}

/// A variant that nobody gets.
#[derive(Debug, Clone, PartialEq)]
pub struct NeverShown {
    /// The page's path.
    pub path: CanonicalPath,
    /// The variant.
    pub variant: NamedVariant,
    /// Why.
    pub reason: Reason,
}

/// Why nobody gets a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// Another variant for the same segment is always nearer.
    Outdone(NamedVariant),
    /// Nothing that visitors ask for is near enough to it.
    TooFar,
}

/// Two segments whose descriptions are hard to tell apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Twins {
    /// The one that is tried first.
    pub one: (SegmentKey, String),
    /// The other one.
    pub other: (SegmentKey, String),
    /// Cosine similarity of their descriptions, -1 to 1.
    pub similarity: f32,
}

/// Names of segments, and names and paths of pages.
#[derive(Debug, Clone, Default)]
pub struct Names {
    segments: Vec<(domain::SegmentId, SegmentKey, String)>,
    pages: Vec<(PageId, ExternalId, CanonicalPath)>,
}

impl Desk {
    /// What vectors tell now.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails, or does not answer in time because there is too
    /// much to compare.
    pub async fn insights(&self) -> Result<Insights, DeskError> {
        let catalog = self.engine.catalog();
        let traffic = visits::traffic(&self.engine).await;
        let space = catalog.space.as_ref().map_or(0, |space| space.version);
        let store = &self.store;
        let term_floor = catalog.site.thresholds.term_floor;
        // At once, because comparing every pair takes as long as all the others together.
        let (gaps, duplicates, never_shown, disagreements) = tokio::try_join!(
            self.weak(&catalog, &traffic, TOLD),
            store
                .near_duplicates(space, SAME_CONTENT, TOLD)
                .map_err(DeskError::from),
            self.never_shown(&catalog, &traffic),
            store
                .disagreements(space, term_floor, MUCH_NEARER, TERMS, TOLD)
                .map_err(DeskError::from),
        )?;
        Ok(Insights {
            visited: traffic.total() > 0.0,
            gaps,
            duplicates,
            never_shown,
            twins: twins(&catalog),
            names: Names::of(&catalog, &disagreements),
            disagreements,
        })
    }
}

/// Segments that nobody can tell apart by what is written about them.
fn twins(catalog: &Catalog) -> Vec<Twins> {
    let described: Vec<_> = catalog
        .segments
        .iter()
        .take(SEGMENTS)
        .filter_map(|segment| Some((segment, catalog.segment_vector(segment.id)?)))
        .collect();
    let mut twins = Vec::new();
    for (place, (one, vector)) in described.iter().enumerate() {
        for (other, other_vector) in &described[place + 1..] {
            let similarity = vector.cosine(other_vector);
            if similarity >= SAME_PEOPLE {
                twins.push(Twins {
                    one: (one.key.clone(), one.name.clone()),
                    other: (other.key.clone(), other.name.clone()),
                    similarity,
                });
            }
        }
    }
    twins.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    twins.truncate(usize::try_from(TOLD).unwrap_or_default());
    twins
}

impl Names {
    fn of(catalog: &Catalog, disagreements: &[Disagreement]) -> Self {
        let pages = catalog
            .pages()
            .filter(|page| disagreements.iter().any(|d| d.page == page.id))
            .map(|page| (page.id, page.external_id.clone(), page.path.clone()))
            .collect();
        let segments = catalog
            .segments
            .iter()
            .map(|s| (s.id, s.key.clone(), s.name.clone()))
            .collect();
        Self { segments, pages }
    }

    /// A segment's key and name; `None` when it is gone.
    pub fn segment(&self, id: domain::SegmentId) -> Option<(&SegmentKey, &str)> {
        let found = self.segments.iter().find(|(known, ..)| *known == id);
        found.map(|(_, key, name)| (key, name.as_str()))
    }

    /// The name, as imports spell it, and the path of a page that was spoken of.
    pub fn page(&self, id: PageId) -> Option<(&ExternalId, &CanonicalPath)> {
        let found = self.pages.iter().find(|(known, ..)| *known == id);
        found.map(|(_, name, path)| (name, path))
    }
}
