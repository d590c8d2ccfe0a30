//! The tier in this process.

use std::hash::Hash;
use std::sync::Arc;

use domain::{BodyKey, DecisionKey};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::Decision;
use crate::body::Body;

/// What one entry costs beside its bytes: key, pointers and the cache's own books.
const OVERHEAD_BYTES: u64 = 200;
/// Most decisions kept. At about 100 bytes each they weigh little, but must be bounded.
const MAX_DECISIONS: usize = 200_000;

/// Decisions and bodies in this process's memory, bounded.
#[derive(Debug)]
pub struct Memory {
    decisions: Cache<DecisionKey, Decision>,
    bodies: Cache<BodyKey, Arc<Body>, BodyWeight>,
}

#[derive(Debug, Clone)]
struct BodyWeight;

impl<K: Hash + Eq> Weighter<K, Arc<Body>> for BodyWeight {
    fn weight(&self, _: &K, body: &Arc<Body>) -> u64 {
        body.weight() as u64 + OVERHEAD_BYTES
    }
}

impl Memory {
    /// An empty tier that holds at most `body_bytes` bytes of bodies.
    pub fn new(body_bytes: u64) -> Self {
        let typical = 30_000;
        let bodies = usize::try_from(body_bytes / typical).unwrap_or(usize::MAX);
        Self {
            decisions: Cache::new(MAX_DECISIONS),
            bodies: Cache::with_weighter(bodies.max(16), body_bytes, BodyWeight),
        }
    }

    /// A remembered decision.
    pub fn decision(&self, key: &DecisionKey) -> Option<Decision> {
        self.decisions.get(key)
    }

    /// Remembers a decision.
    pub fn put_decision(&self, key: DecisionKey, decision: Decision) {
        self.decisions.insert(key, decision);
    }

    /// A remembered body.
    pub fn body(&self, key: &BodyKey) -> Option<Arc<Body>> {
        self.bodies.get(key)
    }

    /// Remembers a body.
    pub fn put_body(&self, key: BodyKey, body: Arc<Body>) {
        self.bodies.insert(key, body);
    }
}
