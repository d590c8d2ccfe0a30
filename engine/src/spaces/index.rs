//! Every complete space has its index, whatever became of the last one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};

use super::Spaces;
use crate::embedding::RetryPolicy;
use crate::metrics::Metrics;
use crate::store::{IndexState, IndexTurn, Space, SpaceRow, SpaceState, StoreError};

/// How often to look: an index that is dropped tells nobody.
const PATROL: Duration = Duration::from_secs(5);
/// Pauses while an index cannot be built.
const PATIENCE: RetryPolicy = RetryPolicy {
    max_attempts: u32::MAX,
    base: Duration::from_secs(5),
    cap: Duration::from_mins(5),
    total: Duration::MAX,
};

/// What became of an index that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mended {
    /// It was as it should be.
    Fine,
    /// It was missing or invalid, and is there now.
    Built,
    /// It is missing or invalid, and somebody else is building it.
    Elsewhere,
}

/// Builds the index of a complete space anew when it is missing, or was left invalid. Any number of
/// nodes may; each index is one node's at a time. Until it is there, searches compare exactly.
#[derive(Debug)]
pub struct Indexer {
    spaces: Spaces,
    metrics: Arc<Metrics>,
    /// When to try a space's index again, and how often it has failed in a row.
    resting: HashMap<i32, (Instant, u32)>,
}

impl Indexer {
    /// An indexer that tells `metrics` what it finds.
    pub fn new(spaces: Spaces, metrics: Arc<Metrics>) -> Self {
        Self {
            spaces,
            metrics,
            resting: HashMap::new(),
        }
    }

    /// Looks for as long as the returned future is polled.
    pub async fn run(mut self) {
        loop {
            if let Err(error) = self.round().await {
                warn!(%error, "spaces.index was interrupted and goes on soon");
            }
            tokio::time::sleep(PATROL).await;
        }
    }

    async fn round(&mut self) -> Result<(), StoreError> {
        let mut rows = self.spaces.store.spaces().await?;
        rows.retain(|row| row.state.is_complete());
        let decides = |row: &SpaceRow| matches!(row.state, SpaceState::Active { .. });
        // The one that decides first: people wait for its index.
        rows.sort_by_key(|row| !decides(row));
        for row in &rows {
            let state = self.spaces.store.index_state(&row.space).await?;
            if decides(row) {
                let missing = i64::from(!state.is_settled());
                self.metrics.index_missing.set(missing);
            }
            if !state.is_settled() || row.index_error.is_some() {
                self.mend(row).await?;
            }
        }
        Ok(())
    }

    async fn mend(&mut self, row: &SpaceRow) -> Result<(), StoreError> {
        let (store, version) = (&self.spaces.store, row.space.version);
        let rests = self.resting.get(&version).copied();
        if rests.is_some_and(|(until, _)| until > Instant::now()) {
            return Ok(());
        }
        let repairs = &self.metrics.index_repairs;
        match self.spaces.mend_index(&row.space).await {
            Ok(Mended::Elsewhere) => {}
            Ok(mended @ (Mended::Fine | Mended::Built)) => {
                self.resting.remove(&version);
                store.note_index_error(version, None).await?;
                if mended == Mended::Built {
                    repairs.with_label_values(&["built"]).inc();
                }
            }
            Err(error) => {
                let failures = rests.map_or(0, |(_, failures)| failures) + 1;
                let rest = PATIENCE.delay(failures, None, 1.0);
                self.resting
                    .insert(version, (Instant::now() + rest, failures));
                repairs.with_label_values(&["failed"]).inc();
                warn!(
                    %error,
                    space = version,
                    seconds = rest.as_secs(),
                    "spaces.index: it could not be built; searches compare exactly meanwhile"
                );
                let words = error.to_string();
                store.note_index_error(version, Some(&words)).await?;
            }
        }
        Ok(())
    }
}

impl Spaces {
    /// Sees to it that a space has its index, unless somebody else does at this moment.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, out of memory or disk for instance.
    pub async fn mend_index(&self, space: &Space) -> Result<Mended, StoreError> {
        if self.store.index_state(space).await?.is_settled() {
            return Ok(Mended::Fine);
        }
        let Some(mut turn) = self.store.index_turn(space).await? else {
            return Ok(Mended::Elsewhere);
        };
        let mended = self.mend_in(&mut turn, space).await;
        let ended = turn.end().await;
        // What failed first is the one to tell.
        let mended = mended?;
        ended?;
        Ok(mended)
    }

    async fn mend_in(&self, turn: &mut IndexTurn, space: &Space) -> Result<Mended, StoreError> {
        let began = Instant::now();
        let state = self.store.index_state(space).await?;
        match state {
            // Whoever had the turn before has done it.
            IndexState::Impossible | IndexState::Valid => return Ok(Mended::Fine),
            // Somebody does it by hand.
            IndexState::Building { .. } => return Ok(Mended::Elsewhere),
            IndexState::Invalid => turn.drop_index().await?,
            IndexState::Missing => {}
        }
        info!(space = space.version, ?state, "spaces.index: building it");
        turn.build().await?;
        if self.store.index_state(space).await? != IndexState::Valid {
            let words = "PostgreSQL says that it was built, and it is not there";
            return Err(StoreError::malformed("the index", &words));
        }
        info!(
            space = space.version,
            seconds = began.elapsed().as_secs_f64(),
            "spaces.index: it is there"
        );
        Ok(Mended::Built)
    }
}
