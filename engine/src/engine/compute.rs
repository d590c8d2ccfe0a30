//! What is done when no tier has a value: the database decides, the renderer makes the body.

use std::sync::Arc;
use std::time::Duration;

use domain::VariantId;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tracing::warn;

use super::obtain::{Failure, Found};
use super::target::Target;
use super::{Engine, Source};
use crate::body::{Body, Work};
use crate::cache::{Cached, Decision, Remembered};
use crate::store::{StoreError, VariantContent};

/// Longest wait for the database during one computation.
const DATABASE_LIMIT: Duration = Duration::from_secs(1);

/// A computed value, and whether it may be kept.
pub(super) struct Computed<V> {
    pub(super) value: V,
    /// Whether the value is not to be kept, as when a campaign term was left out.
    pub(super) provisional: bool,
}

impl Engine {
    /// Which variant a visitor gets, from the database.
    pub(super) async fn decide(
        self: &Arc<Self>,
        target: &Target,
    ) -> Result<Computed<Decision>, Failure> {
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

    /// The body that shows a variant, or the default content for `None`.
    pub(super) async fn compose(
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
}
