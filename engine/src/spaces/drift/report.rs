//! A comparison, summed up for people.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use domain::decision::{Choice, Thresholds};
use domain::{PageId, SegmentId, VariantId};

use super::histogram::{Histogram, same_quantile};
use super::terms::{Brought, Terms};
use super::{Compared, Decision, Floors, Pair};
use crate::catalog::Catalog;
use crate::store::Space;
use crate::visits::{Place, Traffic};

/// What a switch would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// The space that decides.
    pub from: Side,
    /// The space compared with it.
    pub to: Side,
    /// Whether decisions count by their visits; otherwise none are known and all count alike.
    pub weighted: bool,
    /// All decisions.
    pub all: Share,
    /// By page, the one with most traffic that changes first.
    pub by_page: Vec<(Arc<Named<PageId>>, Share)>,
    /// By segment, in the same order.
    pub by_segment: Vec<(Arc<Named<SegmentId>>, Share)>,
    /// Every decision: those that change first, by visits.
    pub decisions: Vec<Decided>,
    /// Pairs that the floor lets through in one space and not in the other, those with the largest
    /// fall first. Where a segment has variants of its own the floor has no say, and there are none.
    pub below: Vec<Below>,
    /// The floor that lets the same share of pairs through in the new space.
    pub suggested_floor: f32,
    /// The campaign terms among the decisions; `None` without any.
    pub terms: Option<Terms>,
}

/// One of the two spaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Its version.
    pub version: i32,
    /// Its provider, model and dimensions.
    pub name: String,
    /// The similarity floor.
    pub floor: f32,
    /// The floor of campaign terms.
    pub term_floor: f32,
    /// How similarities are distributed.
    pub histogram: Histogram,
}

/// A page, a segment or a variant, as files and people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<Id> {
    /// Its row number.
    pub id: Id,
    /// Its name in files: a page's path, a segment's key, a variant's import id.
    pub key: String,
    /// Its name for people; a page has no other than its path.
    pub name: String,
}

/// How much of something changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Share {
    /// Decisions about it.
    pub decisions: usize,
    /// Those that change.
    pub changed: usize,
    /// Visits, or decisions where no visits are known.
    pub visits: f64,
    /// Those whose decision changes.
    pub changed_visits: f64,
}

/// A decision in both spaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The page.
    pub page: Arc<Named<PageId>>,
    /// The segment.
    pub segment: Arc<Named<SegmentId>>,
    /// The language asked for.
    pub locale: String,
    /// The campaign term that the visitor brought.
    pub term: Option<Brought>,
    /// Visits, or 1 where no visits are known.
    pub visits: f64,
    /// The winner in the old space.
    pub from: Outcome,
    /// The winner in the new space.
    pub to: Outcome,
}

/// A winner with its similarity in both spaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The variant; `None` is the page's default content.
    pub variant: Option<Arc<Named<VariantId>>>,
    /// Its cosine similarity in the old space.
    pub in_old: Option<f32>,
    /// Its cosine similarity in the new space.
    pub in_new: Option<f32>,
}

/// A pair that the floor lets through in one space only.
#[derive(Debug, Clone, PartialEq)]
pub struct Below {
    /// The page.
    pub page: Arc<Named<PageId>>,
    /// The segment.
    pub segment: Arc<Named<SegmentId>>,
    /// The variant for any segment.
    pub variant: Arc<Named<VariantId>>,
    /// Its cosine similarity in the old space.
    pub in_old: f32,
    /// Its cosine similarity in the new space.
    pub in_new: f32,
    /// Whether the variant can no longer be shown; otherwise it newly can.
    pub falls: bool,
}

impl Decided {
    /// Whether visitors would see something else.
    pub fn changes(&self) -> bool {
        self.from.variant != self.to.variant
    }
}

impl Share {
    /// The share of decisions that change, 0 to 1.
    pub fn of_decisions(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
        let (changed, all) = (self.changed as f64, self.decisions.max(1) as f64);
        changed / all
    }

    /// The share of visits whose decision changes, 0 to 1.
    pub fn of_visits(&self) -> f64 {
        if self.visits > 0.0 {
            self.changed_visits / self.visits
        } else {
            0.0
        }
    }
}

/// Where a decision is made.
fn place(page: &Compared, decision: &Decision) -> Place {
    Place {
        page: page.page,
        segment: decision.segment,
        locale: decision.locale,
    }
}

pub(super) fn build(
    catalog: &Catalog,
    from: &Space,
    to: &Space,
    floors: Floors,
    compared: &[Compared],
    variants: HashMap<VariantId, Arc<Named<VariantId>>>,
    traffic: &Traffic,
) -> Drift {
    let present = catalog.site.thresholds;
    let future = floors.over(present);
    let (old_floor, new_floor) = (present.similarity_floor, future.similarity_floor);
    let segments = catalog.segments.iter().map(|segment| {
        let named = Named {
            id: segment.id,
            key: segment.key.to_string(),
            name: segment.name.clone(),
        };
        (segment.id, Arc::new(named))
    });
    let namer = Namer {
        segments: segments.collect(),
        variants,
    };
    let visits: HashMap<Place, f64> = traffic.places().collect();
    let weighted = traffic.total() > 0.0;
    let mut decisions: Vec<Decided> = Vec::new();
    let mut below: Vec<Below> = Vec::new();
    for page in compared {
        let similarities: HashMap<(SegmentId, VariantId), &Pair> = page
            .pairs
            .iter()
            .map(|pair| ((pair.segment, pair.variant), pair))
            .collect();
        let shown_page = Arc::new(Named {
            id: page.page,
            key: page.path.clone(),
            name: page.path.clone(),
        });
        // Who brought a term is counted in its place as well.
        let mut with_term: HashMap<Place, f64> = HashMap::new();
        for decision in &page.decisions {
            if let Some((_, uses)) = &decision.term {
                *with_term.entry(place(page, decision)).or_default() += uses;
            }
        }
        for decision in &page.decisions {
            let segment = decision.segment;
            let outcome = |choice: &Choice| namer.outcome(segment, choice, &similarities);
            let place = place(page, decision);
            let counted = |of: &HashMap<Place, f64>| of.get(&place).copied().unwrap_or(0.0);
            let known = match &decision.term {
                Some((_, uses)) => *uses,
                None => (counted(&visits) - counted(&with_term)).max(0.0),
            };
            decisions.push(Decided {
                page: Arc::clone(&shown_page),
                segment: namer.segment(segment),
                locale: decision.locale.to_string(),
                term: decision.term.as_ref().map(|(term, _)| term.clone()),
                visits: if weighted { known } else { 1.0 },
                from: outcome(&decision.old),
                to: outcome(&decision.new),
            });
        }
        for pair in page.pairs.iter().filter(|pair| pair.floored) {
            if let (Some(in_old), Some(in_new)) = (pair.from, pair.to)
                && (in_old >= old_floor) != (in_new >= new_floor)
            {
                below.push(Below {
                    page: Arc::clone(&shown_page),
                    segment: namer.segment(pair.segment),
                    variant: namer.variant(pair.variant),
                    in_old,
                    in_new,
                    falls: in_new < new_floor,
                });
            }
        }
    }
    decisions.sort_by(|a, b| {
        let first = |decided: &Decided| (decided.changes(), decided.visits, distance(decided));
        let (a, b) = (first(a), first(b));
        let by = b.0.cmp(&a.0).then(b.1.total_cmp(&a.1));
        by.then(b.2.total_cmp(&a.2))
    });
    below.sort_by(|a, b| (a.in_new - a.in_old).total_cmp(&(b.in_new - b.in_old)));
    let pairs = || compared.iter().flat_map(|page| &page.pairs);
    let all = |side: fn(&Pair) -> Option<f32>| pairs().filter_map(side).collect::<Vec<f32>>();
    let floored = |side: fn(&Pair) -> Option<f32>| {
        let floored: Vec<f32> = pairs()
            .filter(|pair| pair.floored)
            .filter_map(side)
            .collect();
        // Where the floor has no say at all, all pairs say where it would be.
        if floored.is_empty() {
            all(side)
        } else {
            floored
        }
    };
    let side = |space: &Space, thresholds: Thresholds, similarities: &[f32]| Side {
        version: space.version,
        name: space.spec.to_string(),
        floor: thresholds.similarity_floor,
        term_floor: thresholds.term_floor,
        histogram: Histogram::of(similarities),
    };
    Drift {
        suggested_floor: same_quantile(&floored(|p| p.from), old_floor, &floored(|p| p.to)),
        terms: Terms::of(compared, present.term_floor),
        from: side(from, present, &all(|pair| pair.from)),
        to: side(to, future, &all(|pair| pair.to)),
        weighted,
        all: share(&decisions.iter().collect::<Vec<_>>()),
        by_page: shares(&decisions, |decided| &decided.page),
        by_segment: shares(&decisions, |decided| &decided.segment),
        decisions,
        below,
    }
}

/// How far apart the two winners are in the new space.
fn distance(decided: &Decided) -> f32 {
    match (decided.from.in_new, decided.to.in_new) {
        (Some(from), Some(to)) => to - from,
        _ => f32::MAX,
    }
}

fn shares<Id>(
    decisions: &[Decided],
    of: fn(&Decided) -> &Arc<Named<Id>>,
) -> Vec<(Arc<Named<Id>>, Share)> {
    let mut groups: BTreeMap<&str, Vec<&Decided>> = BTreeMap::new();
    for decided in decisions {
        groups.entry(&of(decided).key).or_default().push(decided);
    }
    let mut shares: Vec<(Arc<Named<Id>>, Share)> = groups
        .into_values()
        .map(|decisions| (Arc::clone(of(decisions[0])), share(&decisions)))
        .collect();
    shares.sort_by(|(_, a), (_, b)| {
        let by = b.changed_visits.total_cmp(&a.changed_visits);
        by.then(b.changed.cmp(&a.changed))
    });
    shares
}

fn share(decisions: &[&Decided]) -> Share {
    let mut share = Share::default();
    for decided in decisions {
        share.decisions += 1;
        share.visits += decided.visits;
        if decided.changes() {
            share.changed += 1;
            share.changed_visits += decided.visits;
        }
    }
    share
}

/// What things are called.
struct Namer {
    segments: HashMap<SegmentId, Arc<Named<SegmentId>>>,
    variants: HashMap<VariantId, Arc<Named<VariantId>>>,
}

impl Namer {
    fn segment(&self, id: SegmentId) -> Arc<Named<SegmentId>> {
        named(&self.segments, id, || format!("segment {}", id.0))
    }

    fn variant(&self, id: VariantId) -> Arc<Named<VariantId>> {
        named(&self.variants, id, || format!("variant {id}"))
    }

    fn outcome(
        &self,
        segment: SegmentId,
        choice: &Choice,
        similarities: &HashMap<(SegmentId, VariantId), &Pair>,
    ) -> Outcome {
        let winner = choice.winner().map(|winner| winner.variant);
        let pair = winner.and_then(|id| similarities.get(&(segment, id)));
        Outcome {
            variant: winner.map(|id| self.variant(id)),
            in_old: pair.and_then(|pair| pair.from),
            in_new: pair.and_then(|pair| pair.to),
        }
    }
}

/// What is known of `id`, or a name for what is gone.
fn named<Id: Copy + Eq + Hash>(
    known: &HashMap<Id, Arc<Named<Id>>>,
    id: Id,
    otherwise: impl Fn() -> String,
) -> Arc<Named<Id>> {
    known.get(&id).cloned().unwrap_or_else(|| {
        let (key, name) = (otherwise(), otherwise());
        Arc::new(Named { id, key, name })
    })
}
