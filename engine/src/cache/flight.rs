//! Single flight: what several visitors wait for is computed once.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use tokio::runtime::Handle;

/// A computation in flight, which everybody who wants its outcome can wait for. `None` when it
/// panicked.
pub(crate) type Pending<V> = Shared<BoxFuture<'static, Option<V>>>;

/// The computations in flight, by what they compute.
#[derive(Debug)]
pub(crate) struct Flight<K, V: Clone> {
    running: Arc<Mutex<HashMap<K, Pending<V>>>>,
}

impl<K, V> Flight<K, V>
where
    K: Copy + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        Self {
            running: Arc::default(),
        }
    }

    /// Joins the computation of `key`, or starts it as a task of `runtime`. The task goes on when
    /// everybody has stopped waiting.
    pub(crate) fn join<F>(
        &self,
        runtime: &Handle,
        key: K,
        compute: impl FnOnce() -> F,
    ) -> Pending<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pending) = running.get(&key) {
            return pending.clone();
        }
        let landing = Landing {
            running: Arc::clone(&self.running),
            key,
        };
        let computation = compute();
        let task = runtime.spawn(async move {
            let _landing = landing;
            computation.await
        });
        let pending = task.map(Result::ok).boxed().shared();
        // The task cannot have landed yet: that takes the lock held here.
        running.insert(key, pending.clone());
        pending
    }
}

/// Takes a computation off the list when its task ends, however it ends.
struct Landing<K: Eq + Hash, V: Clone> {
    running: Arc<Mutex<HashMap<K, Pending<V>>>>,
    key: K,
}

impl<K: Eq + Hash, V: Clone> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn many_who_wait_share_one_computation() {
        let flight: Flight<u32, usize> = Flight::new();
        let (computed, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let join = || {
            let (computed, go) = (Arc::clone(&computed), Arc::clone(&go));
            flight.join(&Handle::current(), 1, move || async move {
                go.notified().await;
                computed.fetch_add(1, Ordering::SeqCst)
            })
        };
        let waiting: Vec<_> = (0..100).map(|_| join()).collect();
        go.notify_one();
        for pending in waiting {
            assert_eq!(pending.await, Some(0));
        }
        assert_eq!(computed.load(Ordering::SeqCst), 1);
        // The next one to ask starts anew.
        go.notify_one();
        assert_eq!(join().await, Some(1));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_reaches_nobody_and_clears_the_way() {
        let flight: Flight<u32, usize> = Flight::new();
        let fails = flight.join(&Handle::current(), 1, || async { panic!("on purpose") });
        assert_eq!(fails.await, None);
        let works = flight.join(&Handle::current(), 1, || async { 7 });
        assert_eq!(works.await, Some(7));
    }
}
