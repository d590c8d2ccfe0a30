//! Stale-while-revalidate: what was served though stale is computed again, once, in the background.

use std::sync::Arc;
use std::time::Duration;

use domain::VariantId;

use super::Engine;
use super::obtain::{Accept, Failure, Found};
use super::target::Target;
use crate::body::Body;
use crate::cache::{Cached, Decision};

/// How long a value is left as it is after refreshing it failed, or came to nothing that is kept.
const RETRY: Duration = Duration::from_secs(1);

impl Engine {
    pub(super) fn refresh_decision(
        self: &Arc<Self>,
        target: &Target,
        stale: &Arc<Cached<Decision>>,
    ) {
        let (engine, target) = (Arc::clone(self), target.clone());
        self.refresh(stale, async move {
            let key = target.decision_key();
            engine.obtain_decision(key, &target, Accept::Fresh).await
        });
    }

    pub(super) fn refresh_body(
        self: &Arc<Self>,
        target: &Target,
        variant: Option<VariantId>,
        stale: &Arc<Cached<Body>>,
    ) {
        let (engine, target) = (Arc::clone(self), target.clone());
        self.refresh(stale, async move {
            let key = target.body_key(variant);
            engine.obtain_body(key, &target, Accept::Fresh).await
        });
    }

    /// Runs `obtain`, which replaces the stale value, unless somebody does so already.
    fn refresh<V: Send + Sync + 'static>(
        self: &Arc<Self>,
        stale: &Arc<Cached<V>>,
        obtain: impl Future<Output = Result<Found<V>, Failure>> + Send + 'static,
    ) {
        if !stale.claim_refresh() {
            return;
        }
        let (engine, stale) = (Arc::clone(self), Arc::clone(stale));
        self.runtime.spawn(async move {
            let Ok(_place) = engine.refreshes.try_acquire() else {
                engine.metrics.shed.with_label_values(&["refresh"]).inc();
                stale.release_refresh();
                return;
            };
            // What is not kept replaces nothing.
            if !obtain.await.is_ok_and(|found| !found.provisional) {
                tokio::time::sleep(RETRY).await;
                stale.release_refresh();
            }
        });
    }
}
