//! From tier to tier: memory, Redis, and at last the computation, made once.

use std::sync::Arc;
use std::time::Duration;

use domain::cache_key::Arm;
use domain::{BodyKey, DecisionKey, VariantId};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tracing::warn;

use super::target::Target;
use super::{Engine, Source};
use crate::body::{Body, Work};
use crate::cache::{Cached, Decision, Freshness, Key, Lock, Lookup, Remembered};
use crate::store::{StoreError, VariantContent};

/// Longest wait for the database during one computation.
const DATABASE_LIMIT: Duration = Duration::from_secs(1);
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

/// A computed value, and whether it may be kept.
pub(super) struct Computed<V> {
    value: V,
    provisional: bool,
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

    async fn decide(self: &Arc<Self>, target: &Target) -> Result<Computed<Decision>, Failure> {
        if let Some(term) = &target.term
            && !self.decider.learns(&target.catalog, term).await
        {
            // The term is left out for now. What then holds is cached: terms that visitors invent
            // faster than they can be embedded ask the database nothing.
            let plain = self.decision_without_term(target).await?;
            return Ok(Computed {
                value: **plain.value,
                provisional: true,
            });
        }
        let deliberation = self
            .ask_database("engine.decide", async {
                self.decider
                    .deliberate(&target.catalog, target.subject())
                    .await
            })
            .await?;
        Ok(Computed {
            value: Decision::from(&deliberation.choice),
            provisional: deliberation.provisional,
        })
    }

    /// Boxed, because a decision that leaves its term out waits for another decision.
    fn decision_without_term(
        self: &Arc<Self>,
        target: &Target,
    ) -> BoxFuture<'static, Result<Found<Decision>, Failure>> {
        let (engine, target) = (Arc::clone(self), target.without_term());
        async move { engine.decision(&target).await }.boxed()
    }

    /// The default content, from memory or rendered here, without asking anybody; once for all who
    /// need it at the same time.
    pub(super) async fn default_body(
        self: &Arc<Self>,
        target: &Target,
    ) -> Option<Arc<Cached<Body>>> {
        let key = target.body_key(None);
        if let Some(body) = key.recall(&self.memory) {
            return Some(body);
        }
        let pending = self.stand_ins.join(&self.runtime, key, || {
            let (engine, target) = (Arc::clone(self), target.clone());
            async move {
                if let Some(body) = key.recall(&engine.memory) {
                    return Some(body);
                }
                let composed = engine.compose(&target, None).await.ok()?;
                let body = Cached::new(composed.value, engine.unix_time());
                Some(engine.keep(key, body, Source::Default).value)
            }
        });
        pending.await.flatten()
    }

    async fn compose(
        &self,
        target: &Target,
        variant: Option<VariantId>,
    ) -> Result<Computed<Body>, Failure> {
        let change = match variant {
            None => None,
            Some(variant) => Some(self.variant_content(target, variant).await?),
        };
        let timer = self.metrics.render_seconds.start_timer();
        let body = self.render(target, change).await;
        timer.observe_duration();
        let value = body.ok_or(Failure::Failed)?;
        Ok(Computed {
            value,
            provisional: false,
        })
    }

    /// Renders and compresses on threads where that disturbs no visitor.
    async fn render(&self, target: &Target, change: Option<VariantContent>) -> Option<Body> {
        let work = self.work(target, change);
        let document = self.runtime.spawn_blocking(move || work.render()).await;
        Body::compress_on(&self.runtime, document.ok().flatten()?).await
    }

    /// All that is needed to make a target's body, on whatever thread there is for it.
    pub(crate) fn work(&self, target: &Target, change: Option<VariantContent>) -> Work {
        Work::new(
            Arc::clone(&self.renderer),
            Arc::clone(&target.catalog),
            Arc::clone(&target.page),
            target.base_locale(),
            change,
        )
    }

    /// What a variant changes, as of the target's revision.
    pub(crate) async fn variant_content(
        &self,
        target: &Target,
        variant: VariantId,
    ) -> Result<VariantContent, Failure> {
        let page = &target.page;
        let mut contents = self
            .ask_database("engine.content", async {
                self.store
                    .variant_contents(page.id, page.revision, &[variant])
                    .await
            })
            .await?;
        contents.remove(&variant).ok_or(Failure::Failed)
    }

    /// Asks the database for as long as it is worth it, unless it is left alone after failures.
    async fn ask_database<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, Failure> {
        let permit = self.database.permit().ok_or(Failure::Failed)?;
        let error = match tokio::time::timeout(DATABASE_LIMIT, work).await {
            Ok(Ok(value)) => {
                permit.succeed();
                return Ok(value);
            }
            Ok(Err(StoreError::Superseded)) => {
                permit.succeed();
                return Err(Failure::Superseded);
            }
            Ok(Err(error)) => error,
            Err(_) => StoreError::Unreachable,
        };
        permit.fail();
        warn!(%error, "{operation} failed");
        Err(Failure::Failed)
    }

    pub(crate) fn namespace(&self, instance: &str) -> String {
        format!("{instance}:{:016x}", self.renderer.fingerprint())
    }

    pub(crate) fn unix_time(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }
}
