//! A comparison, summed up for people.

use std::collections::{BTreeMap, HashMap};

use domain::decision::{Choice, Thresholds};
use domain::{SegmentId, VariantId};

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
    pub by_page: Vec<Share>,
    /// By segment, in the same order.
    pub by_segment: Vec<Share>,
    /// Every decision: those that change first, by visits.
    pub decisions: Vec<Decided>,
    /// Pairs that the floor lets through in one space and not in the other, those with the largest
    /// fall first.
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

/// How much of something changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The page's path or the segment's key.
    pub name: String,
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
    /// The page's path.
    pub page: String,
    /// The segment's key.
    pub segment: String,
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
    pub variant: Option<String>,
    /// Its cosine similarity in the old space.
    pub in_old: Option<f32>,
    /// Its cosine similarity in the new space.
    pub in_new: Option<f32>,
}

/// A pair that the floor lets through in one space only.
#[derive(Debug, Clone, PartialEq)]
pub struct Below {
    /// The page's path.
    pub page: String,
    /// The segment's key.
    pub segment: String,
    /// The variant for any segment.
    pub variant: String,
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
    names: &HashMap<VariantId, String>,
    traffic: &Traffic,
) -> Drift {
    let present = catalog.site.thresholds;
    let future = floors.over(present);
    let (old_floor, new_floor) = (present.similarity_floor, future.similarity_floor);
    let segments: HashMap<SegmentId, &str> = catalog
        .segments
        .iter()
        .map(|segment| (segment.id, segment.key.as_str()))
        .collect();
    let namer = Namer { segments, names };
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
                page: page.path.clone(),
                segment: namer.segment(segment),
                locale: decision.locale.to_string(),
                term: decision.term.as_ref().map(|(term, _)| term.clone()),
                visits: if weighted { known } else { 1.0 },
                from: outcome(&decision.old),
                to: outcome(&decision.new),
            });
        }
        for pair in page.pairs.iter().filter(|pair| pair.for_any) {
            if let (Some(in_old), Some(in_new)) = (pair.from, pair.to)
                && (in_old >= old_floor) != (in_new >= new_floor)
            {
                below.push(Below {
                    page: page.path.clone(),
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
        let any: Vec<f32> = pairs()
            .filter(|pair| pair.for_any)
            .filter_map(side)
            .collect();
        // Without a variant for any segment the floor decides nothing; all pairs say where it would be.
        if any.is_empty() { all(side) } else { any }
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
        all: share("all", decisions.iter()),
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

fn shares(decisions: &[Decided], name: fn(&Decided) -> &String) -> Vec<Share> {
    let mut groups: BTreeMap<&str, Vec<&Decided>> = BTreeMap::new();
    for decided in decisions {
        groups.entry(name(decided)).or_default().push(decided);
    }
    let mut shares: Vec<Share> = groups
        .into_iter()
        .map(|(name, decisions)| share(name, decisions.into_iter()))
        .collect();
    shares.sort_by(|a, b| {
        let by = b.changed_visits.total_cmp(&a.changed_visits);
        by.then(b.changed.cmp(&a.changed))
    });
    shares
}

fn share<'a>(name: &str, decisions: impl Iterator<Item = &'a Decided>) -> Share {
    let mut share = Share {
        name: name.to_owned(),
        decisions: 0,
        changed: 0,
        visits: 0.0,
        changed_visits: 0.0,
    };
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

/// What people call things.
struct Namer<'a> {
    segments: HashMap<SegmentId, &'a str>,
    names: &'a HashMap<VariantId, String>,
}

impl Namer<'_> {
    fn segment(&self, id: SegmentId) -> String {
        self.segments
            .get(&id)
            .copied()
            .unwrap_or_default()
            .to_owned()
    }

    fn variant(&self, id: VariantId) -> String {
        let name = self.names.get(&id).cloned();
        name.unwrap_or_else(|| format!("variant {id}"))
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
