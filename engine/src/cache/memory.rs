//! The tier in this process.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use domain::{BodyKey, DecisionKey, PageId, Revision};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{Cached, Decision};
use crate::body::{Body, Starts};
use crate::catalog::Catalog;

/// What one entry costs beside its bytes: key, pointers and the cache's own books.
const OVERHEAD_BYTES: u64 = 200;
/// Most decisions kept. At about 150 bytes each they weigh little, but must be bounded.
const MAX_DECISIONS: usize = 400_000;
/// Most decisions kept for campaign terms, which anybody can invent.
const MAX_TERM_DECISIONS: usize = 20_000;

/// Decisions and bodies in this process's memory, bounded.
#[derive(Debug)]
pub struct Memory {
    decisions: Cache<DecisionKey, Arc<Cached<Decision>>>,
    /// Apart, so that invented terms push out nothing but each other.
    term_decisions: Cache<DecisionKey, Arc<Cached<Decision>>>,
    bodies: Cache<BodyKey, Arc<Cached<Body>>, BodyWeight>,
    starts: Starts,
}

/// A kind of value that memory holds.
pub trait Remembered: super::Key {
    /// A remembered value of any age.
    fn recall(&self, memory: &Memory) -> Option<Arc<Cached<Self::Value>>>;
    /// Remembers a value and returns it as it is held.
    fn remember(self, memory: &Memory, value: Cached<Self::Value>) -> Arc<Cached<Self::Value>>;
}

#[derive(Debug, Clone)]
struct BodyWeight;

impl<K: Hash + Eq> Weighter<K, Arc<Cached<Body>>> for BodyWeight {
    fn weight(&self, _: &K, body: &Arc<Cached<Body>>) -> u64 {
        body.weight() as u64 + OVERHEAD_BYTES
    }
}

impl Memory {
    /// An empty tier that holds at most `body_bytes` bytes of bodies.
    pub fn new(body_bytes: u64) -> Self {
        let typical = 10_000;
        let bodies = usize::try_from(body_bytes / typical).unwrap_or(usize::MAX);
        Self {
            decisions: Cache::new(MAX_DECISIONS),
            term_decisions: Cache::new(MAX_TERM_DECISIONS),
            bodies: Cache::with_weighter(bodies.max(16), body_bytes, BodyWeight),
            starts: Starts::default(),
        }
    }

    /// Every decision held, in no particular order.
    pub(crate) fn decisions(
        &self,
    ) -> impl Iterator<Item = (DecisionKey, Arc<Cached<Decision>>)> + '_ {
        self.decisions.iter().chain(self.term_decisions.iter())
    }

    /// How many decisions and bodies are held, and how many bytes the bodies weigh.
    pub(crate) fn size(&self) -> (usize, usize, u64) {
        (
            self.decisions.len() + self.term_decisions.len(),
            self.bodies.len(),
            self.bodies.weight(),
        )
    }

    /// The share of the bytes for bodies that is used, 0 to 1.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share need not be exact to the byte"
    )]
    pub(crate) fn filled(&self) -> f64 {
        self.bodies.weight() as f64 / self.bodies.capacity().max(1) as f64
    }

    /// Drops what no visitor of `catalog` can get any more; `counted` is told the visits of the
    /// decisions among it.
    pub(crate) fn forget_outdated(&self, catalog: &Catalog, counted: impl Fn(DecisionKey, u32)) {
        let present: HashMap<PageId, Revision> = catalog
            .pages()
            .map(|page| (page.id, page.revision))
            .collect();
        let is_present = |page: PageId, revision: Revision| present.get(&page) == Some(&revision);
        for decisions in [&self.decisions, &self.term_decisions] {
            decisions.retain(|key, decision| {
                let stays = is_present(key.page, key.revision);
                if !stays {
                    counted(*key, decision.take_visits());
                }
                stays
            });
        }
        self.bodies
            .retain(|key, _| is_present(key.page, key.revision));
    }

    fn decisions_like(&self, key: &DecisionKey) -> &Cache<DecisionKey, Arc<Cached<Decision>>> {
        if key.term.is_some() {
            &self.term_decisions
        } else {
            &self.decisions
        }
    }
}

impl Remembered for DecisionKey {
    fn recall(&self, memory: &Memory) -> Option<Arc<Cached<Decision>>> {
        memory.decisions_like(self).get(self)
    }

    fn remember(self, memory: &Memory, value: Cached<Decision>) -> Arc<Cached<Decision>> {
        let decisions = memory.decisions_like(&self);
        if let Some(former) = decisions.get(&self) {
            value.visited_by(former.take_visits());
        }
        let value = Arc::new(value);
        decisions.insert(self, Arc::clone(&value));
        value
    }
}

impl Remembered for BodyKey {
    fn recall(&self, memory: &Memory) -> Option<Arc<Cached<Body>>> {
        memory.bodies.get(self)
    }

    fn remember(self, memory: &Memory, mut value: Cached<Body>) -> Arc<Cached<Body>> {
        value.value_mut().share(&memory.starts);
        let value = Arc::new(value);
        memory.bodies.insert(self, Arc::clone(&value));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::SegmentId;
    use domain::cache_key::Arm;
    use domain::term::Term;

    #[test]
    fn invented_terms_push_out_nothing_but_each_other() {
        let memory = Memory::new(1_000_000);
        let key = |segment: i64, term: Option<Term>| DecisionKey {
            revision: Revision(1),
            page: PageId(1),
            segment: SegmentId(segment),
            locale: "en".parse().unwrap(),
            term: term.as_ref().map(Term::hash),
            arm: Arm::Personalised,
        };
        let decision = || {
            let decision = Decision {
                variant: None,
                similarity: None,
            };
            Cached::new(decision, 0)
        };
        for segment in 0..1_000 {
            key(segment, None).remember(&memory, decision());
        }
        for number in 0..100_000 {
            let term = Term::normalise(&format!("term {number}"));
            key(0, term).remember(&memory, decision());
        }
        let (decisions, _, _) = memory.size();
        // Nearly all places are taken, and no more than there are.
        assert!(decisions > 1_000 + MAX_TERM_DECISIONS / 2, "{decisions}");
        assert!(decisions <= 1_000 + MAX_TERM_DECISIONS, "{decisions}");
        assert!((0..1_000).all(|segment| key(segment, None).recall(&memory).is_some()));
    }
}
