//! Keeping complete spaces complete while people edit, and clearing away what is retired.

use std::collections::HashMap;
use std::time::Duration;

use domain::Revision;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{info, warn};

use super::Spaces;
use super::fill::{Cursor, Filler};
use crate::desk::DeskError;
use crate::embedding::RetryPolicy;
use crate::store::{Space, SpaceState, StoreError};

/// How often to look without being told that something was published.
const PATROL: Duration = Duration::from_secs(10);
/// Vectors of a retired space deleted at a time, and the pause between.
const STEP: i64 = 1_000;
const PAUSE: Duration = Duration::from_millis(100);
/// Pauses while a provider is down and does not say for how long.
const PATIENCE: RetryPolicy = RetryPolicy {
    max_attempts: u32::MAX,
    base: Duration::from_secs(1),
    cap: Duration::from_mins(2),
    total: Duration::MAX,
};

/// What keeps texts from getting their vectors.
#[derive(Debug)]
pub(super) struct Trouble {
    words: String,
    /// The pause that the provider asks for.
    asked: Option<Duration>,
}

/// Embeds what was edited into every complete space that has no vector of it yet: into those that
/// do not decide always, into the one that does when its provider was down at the edit. Deletes
/// retired spaces in small steps.
#[derive(Debug)]
pub struct Keeper {
    spaces: Spaces,
    news: watch::Receiver<Revision>,
    /// When to ask a space's provider again, and how often it has failed in a row.
    resting: HashMap<i32, (Instant, u32)>,
}

impl Keeper {
    /// A keeper that hears of publications through `news`.
    pub fn new(spaces: Spaces, news: watch::Receiver<Revision>) -> Self {
        Self {
            spaces,
            news,
            resting: HashMap::new(),
        }
    }

    /// Keeps for as long as the returned future is polled.
    pub async fn run(mut self) {
        loop {
            if let Err(error) = self.round().await {
                warn!(%error, "spaces.keep was interrupted and goes on soon");
            }
            let soonest = self.resting.values().map(|(until, _)| *until).min();
            let patrol = Instant::now() + PATROL;
            let wake = soonest.map_or(patrol, |until| until.min(patrol));
            tokio::select! {
                () = tokio::time::sleep_until(wake) => {}
                changed = self.news.changed() => if changed.is_err() {
                    tokio::time::sleep(PATROL).await;
                },
            }
        }
    }

    async fn round(&mut self) -> Result<(), StoreError> {
        let store = self.spaces.store.clone();
        // One node at a time, so that no text is embedded twice.
        let Some(turn) = store.keeper_turn().await? else {
            return Ok(());
        };
        for row in store.spaces().await? {
            match row.state {
                SpaceState::Building | SpaceState::Retired { emptied: true, .. } => {}
                SpaceState::Ready { .. } => self.complete(&row.space, false).await?,
                SpaceState::Active { .. } => self.complete(&row.space, true).await?,
                SpaceState::Retired { .. } => self.clear(&row.space).await?,
            }
        }
        if store.retire_due_spaces().await? > 0 {
            info!("spaces.keep: a space was kept for long enough and is retired");
        }
        // It ends with this transaction.
        turn.commit().await
    }

    /// Embeds what is missing in a space, once its provider has rested enough.
    async fn complete(&mut self, space: &Space, decides: bool) -> Result<(), StoreError> {
        let version = space.version;
        let rests = self.resting.get(&version).copied();
        if rests.is_some_and(|(until, _)| until > Instant::now()) {
            return Ok(());
        }
        if self.spaces.store.missing(version).await?.all() == 0 {
            self.resting.remove(&version);
            return Ok(());
        }
        match self.spaces.complete(space, decides).await? {
            None => {
                self.resting.remove(&version);
            }
            Some(trouble) => {
                let failures = rests.map_or(0, |(_, failures)| failures) + 1;
                let rest = PATIENCE.rest(failures, trouble.asked, 1.0);
                warn!(
                    space = version,
                    trouble = trouble.words,
                    seconds = rest.as_secs(),
                    "spaces.keep: texts wait for their vectors"
                );
                self.resting
                    .insert(version, (Instant::now() + rest, failures));
            }
        }
        Ok(())
    }

    /// Deletes a retired space: its index, then its vectors in small steps.
    async fn clear(&self, space: &Space) -> Result<(), StoreError> {
        let store = &self.spaces.store;
        // Somebody may have begun to build it.
        let Some(mut turn) = store.index_turn(space).await? else {
            return Ok(());
        };
        turn.drop_index().await?;
        turn.end().await?;
        while store.drop_vectors(space.version, STEP).await? {
            tokio::time::sleep(PAUSE).await;
        }
        if store.note_emptied(space.version).await? {
            info!(
                space = space.version,
                "spaces.keep: the last vector is deleted"
            );
        }
        Ok(())
    }
}

impl Spaces {
    /// Embeds what is missing in the space that decides, and lets visitors see it.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when something is in the way, such as a provider that is down.
    pub async fn complete_active(&self) -> Result<(), DeskError> {
        let space = self.active().await?;
        match self.complete(&space, true).await? {
            None => Ok(()),
            Some(trouble) => Err(DeskError::Conflict(trouble.words)),
        }
    }

    /// Embeds what is missing in a complete space. Where the space `decides`, visitors see it at
    /// once. Returns what is in the way, if something is.
    pub(super) async fn complete(
        &self,
        space: &Space,
        decides: bool,
    ) -> Result<Option<Trouble>, StoreError> {
        let Some(provider) = self.providers.of(&space.spec) else {
            return Ok(Some(Trouble {
                words: format!("{} is not configured here", space.spec),
                asked: None,
            }));
        };
        let filler = Filler {
            store: &self.store,
            provider: &**provider,
            space,
        };
        let mut cursor = Cursor::Questions;
        loop {
            let batch = filler.next(&mut cursor).await?;
            if batch.is_empty() {
                return Ok(None);
            }
            let filled = filler.embed(&batch).await?;
            let mut transaction = if decides {
                self.store.begin().await?
            } else {
                self.store.begin_beside().await?
            };
            filler.save(&mut transaction, &batch, &filled).await?;
            let done = filled.done(&batch);
            if decides && !done.is_empty() {
                transaction.touch_texts(&done).await?;
                transaction.announce().await?;
            }
            transaction.commit().await?;
            if let Some(error) = filled.trouble {
                return Ok(Some(Trouble {
                    words: error.to_string(),
                    asked: error.asked(),
                }));
            }
        }
    }
}
