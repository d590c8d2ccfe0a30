//! Which tier would answer a visitor now, found out without asking it to.

use std::sync::Arc;

use domain::VariantId;

use super::Engine;
use super::target::Target;
use crate::cache::{Freshness, Remembered};

/// Where a value is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// In this process's memory.
    Memory,
    /// In Redis.
    Redis,
    /// Nowhere: the next visitor's answer is computed.
    Nowhere,
}

impl Engine {
    /// Where the decision for a target is held. Fills nothing and counts nothing.
    pub(crate) async fn tier_of_decision(self: &Arc<Self>, target: &Target) -> Tier {
        self.tier(target, target.decision_key()).await
    }

    /// Where the body that shows `variant` to a target is held. Fills nothing and counts nothing.
    pub(crate) async fn tier_of_body(
        self: &Arc<Self>,
        target: &Target,
        variant: Option<VariantId>,
    ) -> Tier {
        self.tier(target, target.body_key(variant)).await
    }

    async fn tier<K: Remembered>(&self, target: &Target, key: K) -> Tier {
        let remembered = key.recall(&self.memory).is_some_and(|value| {
            self.lifetime.of(value.created(), self.unix_time()) < Freshness::Expired
        });
        if remembered {
            return Tier::Memory;
        }
        let namespace = self.namespace(&target.catalog.instance);
        let shared = self.shared.as_ref().filter(|_| key.is_shared());
        let held = match shared {
            Some(shared) => shared.holds(&namespace, &key).await,
            None => None,
        };
        if held == Some(true) {
            Tier::Redis
        } else {
            Tier::Nowhere
        }
    }
}
