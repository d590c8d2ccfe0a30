//! From tier to tier: memory, Redis, and at last the computation, once for everybody.

use std::sync::Arc;
use std::time::Duration;

use domain::cache_key::Arm;
use domain::{BodyKey, DecisionKey, VariantId};

use super::compute::Computed;
use super::target::Target;
use super::{Engine, Source};
use crate::body::Body;
use crate::cache::{Cached, Decision, Freshness, Key, Lock, Lookup, Remembered};

/// Pauses between looks at Redis while another node computes a value; afterwards this one does.
const SPARED: [Duration; 5] = [
    Duration::from_millis(3),
    Duration::from_millis(6),
    Duration::from_millis(12),
    Duration::from_millis(24),
    Duration::from_millis(48),
];

/// A value and the furthest place that was asked for it.
#[derive(Debug)]
pub(crate) struct Found<V> {
    pub(crate) value: Arc<Cached<V>>,
    pub(crate) source: Source,
    /// Whether the value is not to be kept, as when a campaign term was left out.
    pub(crate) provisional: bool,
}

/// Why a value could not be had. What happened was logged where it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The database has a newer revision than the catalog.
    Superseded,
    /// Something failed or did not answer in time.
    Failed,
}

/// How old a cached value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    /// Fresh, or stale: it will be refreshed.
    Stale,
    /// Fresh only: this is the refreshing.
    Fresh,
}

impl<V> Clone for Found<V> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            ..*self
        }
    }
}

impl Engine {
    /// The decision for a target; computed once for everybody who wants it at the same time.
    pub(crate) async fn decision(
        self: &Arc<Self>,
        target: &Target,
    ) -> Result<Found<Decision>, Failure> {
        if let Some(found) = self.recalled(self.known_decision(target), Accept::Stale) {
            return Ok(found);
        }
        let key = target.decision_key();
        let pending = self.decisions.join(&self.runtime, key, || {
            let (engine, target) = (Arc::clone(self), target.clone());
            async move { engine.obtain_decision(key, &target, Accept::Stale).await }
        });
        pending.await.unwrap_or(Err(Failure::Failed))
    }

    /// The body for a target whose variant is decided; computed once for everybody who wants it at
    /// the same time.
    pub(crate) async fn body(
        self: &Arc<Self>,
        target: &Target,
        variant: Option<VariantId>,
    ) -> Result<Found<Body>, Failure> {
        let key = target.body_key(variant);
        if let Some(found) = self.recalled(key.recall(&self.memory), Accept::Stale) {
            return Ok(found);
        }
        let pending = self.bodies.join(&self.runtime, key, || {
            let (engine, target) = (Arc::clone(self), target.clone());
            async move { engine.obtain_body(key, &target, Accept::Stale).await }
        });
        pending.await.unwrap_or(Err(Failure::Failed))
    }

    pub(super) async fn obtain_decision(
        self: &Arc<Self>,
        key: DecisionKey,
        target: &Target,
        accept: Accept,
    ) -> Result<Found<Decision>, Failure> {
        let compute = async { self.decide(target).await };
        self.obtain(key, &target.catalog.instance, accept, compute)
            .await
    }

    pub(super) async fn obtain_body(
        self: &Arc<Self>,
        key: BodyKey,
        target: &Target,
        accept: Accept,
    ) -> Result<Found<Body>, Failure> {
        let compute = async { self.compose(target, key.variant).await };
        self.obtain(key, &target.catalog.instance, accept, compute)
            .await
    }

    /// The decision that memory holds, of any age. Visitors outside a rollout share one that is
    /// always the default content.
    pub(super) fn known_decision(&self, target: &Target) -> Option<Arc<Cached<Decision>>> {
        match target.arm {
            Arm::Holdout => Some(Arc::clone(&self.holdout)),
            Arm::Personalised => target.decision_key().recall(&self.memory),
        }
    }

    /// What memory holds, if it is young enough.
    fn recalled<V>(&self, value: Option<Arc<Cached<V>>>, accept: Accept) -> Option<Found<V>> {
        let value = value.filter(|value| self.acceptable(value, accept))?;
        Some(Found {
            value,
            source: Source::Memory,
            provisional: false,
        })
    }

    /// Looks in every tier, and computes what none of them has. Of all nodes that want the value
    /// now, one computes it, as far as a lock in Redis can promise.
    async fn obtain<K: Remembered>(
        self: &Arc<Self>,
        key: K,
        instance: &str,
        accept: Accept,
        compute: impl Future<Output = Result<Computed<K::Value>, Failure>>,
    ) -> Result<Found<K::Value>, Failure> {
        if let Some(found) = self.recalled(key.recall(&self.memory), accept) {
            return Ok(found);
        }
        let namespace = self.namespace(instance);
        let mut locked = false;
        if key.is_shared() {
            match self.ask_shared(&namespace, key, accept).await {
                Lookup::Found(value) => return Ok(self.keep(key, value, Source::Redis)),
                Lookup::Unavailable => {}
                Lookup::Absent => match self.lock(&namespace, &key).await {
                    Lock::Won => locked = true,
                    Lock::Unavailable => {}
                    Lock::Taken => {
                        if let Some(value) = self.spared(&namespace, key, accept).await {
                            return Ok(self.keep(key, value, Source::Redis));
                        }
                    }
                },
            }
        }
        let computed = compute.await;
        let kept = matches!(&computed, Ok(computed) if !computed.provisional);
        if locked
            && !kept
            && let Some(shared) = &self.shared
        {
            shared.unlock(&namespace, &key).await;
        }
        let computed = computed?;
        let value = Cached::new(computed.value, self.unix_time());
        if computed.provisional {
            return Ok(Found {
                value: Arc::new(value),
                source: Source::Vector,
                provisional: true,
            });
        }
        let found = self.keep(key, value, Source::Vector);
        if key.is_shared() && self.shared.is_some() {
            // Nobody here waits until the other nodes know.
            let (engine, value) = (Arc::clone(self), Arc::clone(&found.value));
            self.runtime.spawn(async move {
                if let Some(shared) = &engine.shared {
                    shared.put(&namespace, &[(key, &*value)]).await;
                }
            });
        }
        Ok(found)
    }

    /// Waits a little for the node that is computing a value.
    async fn spared<K: Key>(
        &self,
        namespace: &str,
        key: K,
        accept: Accept,
    ) -> Option<Cached<K::Value>> {
        let locks = &self.metrics.redis_locks;
        for pause in SPARED {
            tokio::time::sleep(pause).await;
            match self.ask_shared(namespace, key, accept).await {
                Lookup::Found(value) => {
                    locks.with_label_values(&["spared"]).inc();
                    return Some(value);
                }
                Lookup::Absent => {}
                Lookup::Unavailable => break,
            }
        }
        locks.with_label_values(&["given_up"]).inc();
        None
    }

    async fn lock<K: Key>(&self, namespace: &str, key: &K) -> Lock {
        let Some(shared) = &self.shared else {
            return Lock::Unavailable;
        };
        let lock = shared.lock(namespace, key).await;
        if lock == Lock::Won {
            self.metrics.redis_locks.with_label_values(&["won"]).inc();
        }
        lock
    }

    async fn ask_shared<K: Key>(
        &self,
        namespace: &str,
        key: K,
        accept: Accept,
    ) -> Lookup<K::Value> {
        let Some(shared) = &self.shared else {
            return Lookup::Unavailable;
        };
        match shared.get(namespace, &key).await {
            Lookup::Found(value) if !self.acceptable(&value, accept) => Lookup::Absent,
            lookup => lookup,
        }
    }

    /// A value that another node has computed, young enough to be kept.
    pub(crate) async fn peek_shared<K: Key>(&self, namespace: &str, key: K) -> Lookup<K::Value> {
        self.ask_shared(namespace, key, Accept::Fresh).await
    }

    /// Puts a value into memory.
    pub(crate) fn keep<K: Remembered>(
        &self,
        key: K,
        value: Cached<K::Value>,
        source: Source,
    ) -> Found<K::Value> {
        Found {
            value: key.remember(&self.memory, value),
            source,
            provisional: false,
        }
    }

    fn acceptable<V>(&self, value: &Cached<V>, accept: Accept) -> bool {
        let freshness = self.lifetime.of(value.created(), self.unix_time());
        match accept {
            Accept::Stale => freshness < Freshness::Expired,
            Accept::Fresh => freshness == Freshness::Fresh,
        }
    }

    pub(crate) fn namespace(&self, instance: &str) -> String {
        format!("{instance}:{:016x}", self.renderer.fingerprint())
    }

    pub(crate) fn unix_time(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }
}
