//! Keeping complete spaces complete while people edit, and clearing away what is retired.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::Revision;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{info, warn};

use super::Spaces;
use super::fill::{Cursor, Filler};
use crate::desk::DeskError;
use crate::embedding::RetryPolicy;
use crate::store::{Space, SpaceState, StoreError};

/// How often to look without being told that something was published.
const PATROL: Duration = Duration::from_secs(10);
/// How often at most without being told, whatever is due.
const BREATH: Duration = Duration::from_secs(1);
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
    pub(super) words: String,
    /// The pause that the provider asks for.
    asked: Option<Duration>,
}

/// Embeds what was edited into every complete space that has no vector of it yet: into those that
/// do not decide always, into the one that does when its provider was down at the edit. Deletes
/// retired spaces in small steps. No space waits for another.
#[derive(Debug)]
pub struct Keeper {
    spaces: Spaces,
    news: watch::Receiver<Revision>,
    /// When to ask a space's provider again, and how often it has failed in a row.
    resting: HashMap<i32, (Instant, u32)>,
}

/// What is being done at this moment, a space each.
#[derive(Debug, Default)]
struct Work {
    tasks: JoinSet<(i32, Result<Option<Trouble>, StoreError>)>,
    busy: HashSet<i32>,
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
            let wake = wake(&self.resting);
            told(&mut self.news, wake).await;
        }
    }

    /// Looks again and again until nothing is left to do at this moment.
    async fn round(&mut self) -> Result<(), StoreError> {
        // One node at a time, so that no text is embedded twice.
        let Some(turn) = self.spaces.store.keeper_turn().await? else {
            // Whoever has it knows who rests.
            self.resting.clear();
            return Ok(());
        };
        let mut work = Work::default();
        loop {
            self.begin(&mut work).await?;
            // While one space waits for its provider, others may have something to do.
            let wake = wake(&self.resting);
            let news = told(&mut self.news, wake);
            tokio::pin!(news);
            let idle = loop {
                tokio::select! {
                    ended = work.next() => match ended {
                        Some((version, outcome)) => note(&mut self.resting, version, outcome),
                        None => break true,
                    },
                    () = &mut news => break false,
                }
            };
            if idle {
                // It ends with this transaction.
                return turn.commit().await;
            }
        }
    }

    /// Begins with whatever there is to do for spaces with which nothing is being done.
    async fn begin(&mut self, work: &mut Work) -> Result<(), StoreError> {
        let store = self.spaces.store.clone();
        if store.retire_due_spaces().await? > 0 {
            info!("spaces.keep: a space was kept for long enough and is retired");
        }
        let rows = store.spaces().await?;
        let complete = |version: &i32| {
            let mut rows = rows.iter();
            rows.any(|row| row.space.version == *version && row.state.is_complete())
        };
        self.resting.retain(|version, _| complete(version));
        for row in rows {
            let (version, spaces) = (row.space.version, self.spaces.clone());
            match row.state {
                SpaceState::Building | SpaceState::Retired { emptied: true, .. } => {}
                SpaceState::Retired { .. } => work.begin(version, async move {
                    spaces.clear(&row.space).await?;
                    Ok(None)
                }),
                SpaceState::Ready { .. } | SpaceState::Active { .. } => {
                    let rests = self.resting.get(&version);
                    if rests.is_some_and(|(until, _)| *until > Instant::now()) {
                        continue;
                    }
                    if store.missing(version).await?.all() == 0 {
                        self.resting.remove(&version);
                        continue;
                    }
                    let decides = matches!(row.state, SpaceState::Active { .. });
                    work.begin(version, async move {
                        spaces.complete(&row.space, decides).await
                    });
                }
            }
        }
        Ok(())
    }
}

impl Work {
    /// Does something for a space, unless something is being done for it.
    fn begin(
        &mut self,
        version: i32,
        task: impl Future<Output = Result<Option<Trouble>, StoreError>> + Send + 'static,
    ) {
        if self.busy.insert(version) {
            self.tasks.spawn(async move { (version, task.await) });
        }
    }

    /// What becomes of the next; `None` when nothing is being done.
    async fn next(&mut self) -> Option<(i32, Result<Option<Trouble>, StoreError>)> {
        match self.tasks.join_next().await? {
            Ok((version, outcome)) => {
                self.busy.remove(&version);
                Some((version, outcome))
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

/// Notes what became of a space: one in whose way something is rests for a while.
fn note(
    resting: &mut HashMap<i32, (Instant, u32)>,
    version: i32,
    outcome: Result<Option<Trouble>, StoreError>,
) {
    let trouble = outcome.unwrap_or_else(|error| {
        Some(Trouble {
            words: error.to_string(),
            asked: None,
        })
    });
    let Some(trouble) = trouble else {
        resting.remove(&version);
        return;
    };
    let failures = resting.get(&version).map_or(0, |(_, failures)| *failures) + 1;
    let rest = PATIENCE.rest(failures, trouble.asked, 1.0);
    warn!(
        space = version,
        trouble = trouble.words,
        seconds = rest.as_secs(),
        "spaces.keep: texts wait for their vectors"
    );
    resting.insert(version, (Instant::now() + rest, failures));
}

/// When to look again: when the first space has rested, and not at once.
fn wake(resting: &HashMap<i32, (Instant, u32)>) -> Instant {
    let now = Instant::now();
    let soonest = resting.values().map(|(until, _)| *until).min();
    let patrol = now + PATROL;
    soonest.map_or(patrol, |until| until.clamp(now + BREATH, patrol))
}

/// Waits until something is published, and not beyond `wake`.
async fn told(news: &mut watch::Receiver<Revision>, wake: Instant) {
    let news = async {
        if news.changed().await.is_err() {
            // Nobody will say anything any more.
            std::future::pending::<()>().await;
        }
    };
    // Either is a reason to look.
    let _ = tokio::time::timeout_at(wake, news).await;
}

impl Spaces {
    /// Deletes a retired space: its index, then its vectors in small steps.
    async fn clear(&self, space: &Space) -> Result<(), StoreError> {
        let store = &self.store;
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
    async fn complete(&self, space: &Space, decides: bool) -> Result<Option<Trouble>, StoreError> {
        self.embed_missing(space, decides, false).await
    }

    /// Embeds what is missing in a complete space that does not decide, asking for nothing twice, unless that
    /// takes until `deadline`. Returns what is in the way, if something is.
    pub(super) async fn complete_by(
        &self,
        space: &Space,
        deadline: Instant,
    ) -> Result<Option<Trouble>, StoreError> {
        let embedding = self.embed_missing(space, false, true);
        let Ok(done) = tokio::time::timeout_at(deadline, embedding).await else {
            return Ok(Some(Trouble {
                words: "the embedding provider takes too long".to_owned(),
                asked: None,
            }));
        };
        done
    }

    async fn embed_missing(
        &self,
        space: &Space,
        decides: bool,
        hasty: bool,
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
            hasty,
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
