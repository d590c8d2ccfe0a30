//! Comparisons that are made in the background and kept until what they compare changes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Revision;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tracing::info;

use super::{Drift, Floors, Spaces, conflict};
use crate::desk::DeskError;
use crate::visits::Traffic;

/// How many are kept; each holds all of a site's decisions.
const KEPT: usize = 3;
/// For how long the visits by which one is weighted are recent.
const RECENT: Duration = Duration::from_mins(10);
/// For how long a failure is told instead of trying again, and what was found out while texts had no
/// vector yet.
const PASSING: Duration = Duration::from_secs(5);

/// Comparisons that were made or are being made. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Comparisons {
    all: Arc<Mutex<Vec<Kept>>>,
    /// Held by the one that is being made: others wait.
    turn: Arc<Semaphore>,
}

/// How far a comparison is.
#[derive(Debug, Clone)]
pub enum Comparison {
    /// It is being made.
    Underway {
        /// Pages that were compared.
        done: usize,
        /// Pages that there are; 0 before that is known.
        pages: usize,
    },
    /// It is there.
    Ready(Arc<Drift>),
}

/// How many pages were compared, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) done: AtomicUsize,
    pub(super) pages: AtomicUsize,
}

/// Everything that a comparison depends on, but for visits.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    from: i32,
    to: i32,
    revision: Revision,
    floors: Floors,
}

/// What became of one and when; the error is in words, because several may wait for it.
type Outcome = Option<(Instant, Result<Arc<Drift>, String>)>;

#[derive(Debug)]
struct Kept {
    key: Key,
    /// Whether every text had its vector in the space compared when it was begun.
    complete: bool,
    progress: Arc<Progress>,
    outcome: watch::Receiver<Outcome>,
    task: JoinHandle<()>,
}

impl Drop for Kept {
    /// What nobody will ask for any more need not be found out.
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Default for Comparisons {
    fn default() -> Self {
        Self {
            all: Arc::default(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Spaces {
    /// What [`Self::drift`] finds, made in the background and kept in `kept`. Waits for it as long
    /// as `patience` and says then how far it is.
    ///
    /// `traffic` is asked only when the comparison has to be made.
    ///
    /// # Errors
    /// As for [`Self::drift`].
    pub async fn comparison(
        &self,
        kept: &Comparisons,
        to: i32,
        traffic: impl Future<Output = Traffic>,
        floors: Floors,
        patience: Duration,
    ) -> Result<Comparison, DeskError> {
        let key = Key {
            from: self.active().await?.version,
            to: self.find(to).await?.space.version,
            revision: self.store.revision().await?.0,
            floors,
        };
        let (progress, mut outcome) = if let Some(found) = kept.find(&key) {
            found
        } else {
            let complete = self.store.missing(to).await?.all() == 0;
            self.begin(kept, key, complete, traffic.await)
        };
        let Ok(ended) = timeout(patience, outcome.wait_for(Option::is_some)).await else {
            return Ok(Comparison::Underway {
                done: progress.done.load(Ordering::Relaxed),
                pages: progress.pages.load(Ordering::Relaxed),
            });
        };
        match ended.ok().and_then(|outcome| outcome.clone()) {
            Some((_, Ok(drift))) => Ok(Comparison::Ready(drift)),
            Some((_, Err(words))) => Err(DeskError::Conflict(words)),
            // Newer ones took its place.
            None => Err(conflict("The comparison was given up. Ask for it again.")),
        }
    }

    /// Makes a comparison in a task of its own.
    fn begin(
        &self,
        kept: &Comparisons,
        key: Key,
        complete: bool,
        traffic: Traffic,
    ) -> (Arc<Progress>, watch::Receiver<Outcome>) {
        let (said, outcome) = watch::channel(None);
        let progress = Arc::new(Progress::default());
        let (spaces, shown, turn) = (self.clone(), Arc::clone(&progress), Arc::clone(&kept.turn));
        let task = tokio::spawn(async move {
            // It is never closed.
            let _turn = turn.acquire().await;
            let began = Instant::now();
            let drift = spaces
                .drift_telling(key.to, &traffic, key.floors, &shown)
                .await;
            info!(
                from = key.from,
                to = key.to,
                pages = shown.pages.load(Ordering::Relaxed),
                seconds = began.elapsed().as_secs_f64(),
                "spaces.drift"
            );
            let drift = drift.map(Arc::new).map_err(|error| error.to_string());
            said.send_replace(Some((Instant::now(), drift)));
        });
        kept.keep(Kept {
            key,
            complete,
            progress,
            outcome,
            task,
        })
    }
}

impl Comparisons {
    fn find(&self, key: &Key) -> Option<(Arc<Progress>, watch::Receiver<Outcome>)> {
        let mut all = self.lock();
        all.retain(|kept| match &*kept.outcome.borrow() {
            None => true,
            Some((at, Ok(_))) if kept.complete => at.elapsed() < RECENT,
            Some((at, _)) => at.elapsed() < PASSING,
        });
        let found = all.iter().find(|kept| kept.key == *key)?;
        Some((Arc::clone(&found.progress), found.outcome.clone()))
    }

    /// Keeps one in place of the oldest, unless somebody else has begun the same at this moment.
    fn keep(&self, begun: Kept) -> (Arc<Progress>, watch::Receiver<Outcome>) {
        let mut all = self.lock();
        if let Some(found) = all.iter().find(|kept| kept.key == begun.key) {
            return (Arc::clone(&found.progress), found.outcome.clone());
        }
        while all.len() >= KEPT {
            all.remove(0);
        }
        let waiting = (Arc::clone(&begun.progress), begun.outcome.clone());
        all.push(begun);
        waiting
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
