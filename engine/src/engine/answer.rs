//! A recognised visitor's answer: from memory, from afar, or what stands in for it.

use std::sync::Arc;

use domain::cache_key::Arm;
use tracing::{Instrument, info_span, warn};

use super::target::Target;
use super::{CacheResult, Engine, Failure, Found, Recognised, Served, Source};
use crate::body::Body;
use crate::cache::{Cached, Decision, Freshness, Remembered};

/// How often a computation follows the catalog to a newer revision before it gives up.
const RENEWALS: u32 = 3;

impl Engine {
    /// Answers a recognised visitor from memory: two look-ups, no I/O, no waiting. `None` when that is not possible;
    /// then [`Self::fetch`] answers.
    pub fn recall(self: &Arc<Self>, recognised: &Recognised) -> Option<Served> {
        let target = &recognised.target;
        let decision = self.known_decision(target)?;
        let body = target.body_key(decision.variant).recall(&self.memory)?;
        let now = self.unix_time();
        let decision_age = self.lifetime.of(decision.created(), now);
        let body_age = self.lifetime.of(body.created(), now);
        let result = match decision_age.max(body_age) {
            Freshness::Fresh => CacheResult::Hit,
            Freshness::Stale => CacheResult::Stale,
            Freshness::Expired => return None,
        };
        if recognised.counts() {
            decision.visited();
        }
        if result == CacheResult::Stale {
            if decision_age == Freshness::Stale {
                self.refresh_decision(target, &decision);
            }
            if body_age == Freshness::Stale {
                self.refresh_body(target, decision.variant, &body);
            }
        }
        Some(served(&decision, body, result, Source::Memory, false))
    }

    /// Answers a recognised visitor whom memory has nothing for: asks Redis, pgvector and the renderer, for as long as
    /// the visitor can wait. What is found later still fills the caches. Always has a body; `None` only when rendering
    /// itself fails.
    pub async fn fetch(self: &Arc<Self>, recognised: &Recognised) -> Option<Served> {
        let target = &recognised.target;
        let search = self.runtime.spawn({
            let (engine, target) = (Arc::clone(self), target.clone());
            async move { engine.search(target).await }.instrument(info_span!("engine.search"))
        });
        let (decision, body) = match tokio::time::timeout(self.budget, search).await {
            Ok(Ok(Ok(found))) => found,
            outcome => {
                // The warmer, or another visitor's search, may have been quicker.
                if let Some(served) = self.recall(recognised) {
                    return Some(served);
                }
                let in_time = outcome.is_ok();
                let result = if in_time {
                    CacheResult::Error
                } else {
                    CacheResult::Miss
                };
                return self.stand_in(target, result).await;
            }
        };
        if recognised.counts() {
            decision.value.visited();
        }
        let furthest = decision.source.max(body.source);
        let result = CacheResult::of(furthest);
        let source = match (result, decision.value.variant) {
            (CacheResult::Miss, None) => Source::Default,
            _ => furthest,
        };
        Some(served(
            &decision.value,
            body.value,
            result,
            source,
            decision.provisional,
        ))
    }

    /// Finds decision and body.
    async fn search(
        self: Arc<Self>,
        target: Target,
    ) -> Result<(Found<Decision>, Found<Body>), Failure> {
        self.up_to_date(target, |target| {
            let engine = Arc::clone(&self);
            async move {
                let decision = engine.decision(&target).await?;
                let body = engine.body(&target, decision.value.variant).await?;
                Ok((decision, body))
            }
        })
        .await
    }

    /// Attempts something for a target, anew in a newer catalog when the target's turns out to be
    /// outdated.
    pub(crate) async fn up_to_date<T, F>(
        &self,
        mut target: Target,
        attempt: impl Fn(Target) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        for _ in 0..RENEWALS {
            match attempt(target.clone()).await {
                Err(Failure::Superseded) => {
                    self.catalog.newer_than(target.catalog.revision).await;
                    target = target.renewed(self.catalog.get()).ok_or(Failure::Failed)?;
                }
                outcome => return outcome,
            }
        }
        warn!(page = %target.page.path, "engine.search cannot keep up with publications");
        Err(Failure::Failed)
    }

    /// What is shown while nothing better is to be had: what memory holds, too old though it is, and
    /// otherwise the default content, which the catalog holds.
    async fn stand_in(self: &Arc<Self>, target: &Target, result: CacheResult) -> Option<Served> {
        if target.arm == Arm::Personalised
            && let Some(decision) = target.decision_key().recall(&self.memory)
            && let Some(body) = target.body_key(decision.variant).recall(&self.memory)
        {
            let result = CacheResult::Stale;
            return Some(served(&decision, body, result, Source::Memory, true));
        }
        let body = self.default_body(target).await?;
        Some(served(&self.holdout, body, result, Source::Default, true))
    }
}

fn served(
    decision: &Decision,
    body: Arc<Cached<Body>>,
    result: CacheResult,
    source: Source,
    provisional: bool,
) -> Served {
    Served {
        body,
        result,
        source,
        variant: decision.variant,
        similarity: decision.similarity,
        provisional,
    }
}
