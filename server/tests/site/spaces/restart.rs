//! PostgreSQL is stopped and killed while a job is in the middle of a batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use engine::embedding::{Embedding, EmbeddingError, EmbeddingProvider, Providers, SpaceSpec};
use engine::spaces::Spaces;
use engine::store::EmbedJobState;
use tokio::sync::Semaphore;

use super::support::{Scattered, moving, moving_in, settings, worker};
use crate::faults::postgres::{at_free_port, signal_all, start, start_empty};
use crate::support::eventually;

/// Texts in a batch of [`Scattered`].
const BATCH: usize = 4;

/// A model whose batches wait until they are let through.
#[derive(Debug)]
struct Gated {
    model: Scattered,
    gate: Semaphore,
    batches: AtomicUsize,
}

#[async_trait]
impl EmbeddingProvider for Gated {
    fn space(&self) -> &SpaceSpec {
        self.model.space()
    }

    fn batch_size(&self) -> usize {
        BATCH
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        self.batches.fetch_add(1, Ordering::SeqCst);
        let pass = self.gate.acquire().await.expect("it is never closed");
        pass.forget();
        self.model.embed(texts).await
    }
}

impl Gated {
    /// Waits until more than `before` batches have begun; the last of them waits at the gate.
    async fn next_batch(&self, before: usize) {
        eventually("the next batch begins", || {
            (self.batches.load(Ordering::SeqCst) > before).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_on_by_itself_when_postgresql_stops_or_dies_in_the_middle_of_a_batch() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let options = at_free_port(place.path());
    let (mut postgres, database) = start_empty(&options).await;
    let site = moving_in(database).await;
    let gated = Arc::new(Gated {
        model: Scattered::new("new"),
        gate: Semaphore::new(0),
        batches: AtomicUsize::new(0),
    });
    let providers = Providers::new(Arc::new(Scattered::new("old")))
        .and(Arc::clone(&gated) as Arc<dyn EmbeddingProvider>);
    let spaces = Spaces::new(site.store().clone(), providers, settings());
    let space = site.start().await;
    let working = tokio::spawn(worker(&spaces).run());

    let mut begun = 0;
    for way in ["TERM", "KILL", "TERM", "KILL"] {
        gated.next_batch(begun).await;
        begun = gated.batches.load(Ordering::SeqCst);
        if way == "KILL" {
            // The batch ends while nothing is there to save it.
            signal_all(&options, way);
            postgres.stop().await;
            gated.gate.add_permits(1);
            postgres = start(&options).await;
        } else {
            // It ends once the database is back, over a connection that is gone.
            postgres.stop().await;
            postgres = start(&options).await;
            gated.gate.add_permits(1);
        }
    }
    gated.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    let state = format!("SELECT state FROM embedding_spaces WHERE version = {space}");
    eventually("the space is complete", || {
        (site.database.query(&state) == "ready").then_some(())
    })
    .await;
    working.abort();

    let job = site.store().embed_job_of(space).await.unwrap().unwrap();
    assert!(
        matches!(job.state, EmbedJobState::Succeeded { .. }),
        "{job:?}"
    );
    let calm = moving().await;
    let other = calm.fill().await;
    assert_eq!(site.rows(space), calm.rows(other));
    // A batch that could not be saved is embedded again, and no other.
    let least = site.texts().div_ceil(BATCH);
    let begun = gated.batches.load(Ordering::SeqCst);
    assert!(
        begun <= least + 6,
        "{begun} batches where {least} are the least"
    );
    site.store().close().await;
    postgres.stop().await;
}
