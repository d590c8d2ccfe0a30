//! Filling a space: the background job.

use std::sync::Arc;
use std::time::Duration;

use tracing::{info, warn};

use super::Spaces;
use super::fill::{Cursor, Filler};
use super::index::Mended;
use crate::embedding::{EmbeddingProvider, Pacer, Pause, RetryPolicy, SystemPacer, Tariff};
use crate::metrics::Metrics;
use crate::store::{EmbedJob, JobStep, MissingText, Phase, Space, SpaceState, Store, StoreError};

/// Pauses while a provider is down and does not say for how long: seconds that double up to five
/// minutes, for as long as it takes.
const PATIENCE: RetryPolicy = RetryPolicy {
    max_attempts: u32::MAX,
    base: Duration::from_secs(1),
    cap: Duration::from_mins(5),
    total: Duration::MAX,
};
/// How often a node looks for a job, and whether an index that somebody else builds is done.
const PATROL: Duration = Duration::from_secs(1);
/// How often a node that works on a job asks whether it is still to; never less than six times a lease.
const PULSE: Duration = Duration::from_millis(500);

/// For how long a node that stops tries to say so.
const FAREWELL: Duration = Duration::from_secs(2);

/// Works on the jobs that fill spaces. Any number of nodes may; each job is one node's at a time.
#[derive(Debug)]
pub struct Worker {
    spaces: Spaces,
    node: String,
    pacer: Arc<dyn Pacer>,
    metrics: Arc<Metrics>,
}

/// Gives the job back of a worker that has stopped.
#[derive(Debug)]
pub struct Leaver {
    store: Store,
    node: String,
}

/// How the work on a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The space is complete.
    Complete,
    /// The job was paused, cancelled, or is another node's now.
    Lost,
    /// The job waits for somebody to do something; it says what.
    Suspended,
}

/// How a part of the work went.
enum Went {
    On,
    Ended(End),
}

impl Worker {
    /// A worker with a name of its own, under which it holds leases.
    pub fn new(spaces: Spaces, metrics: Arc<Metrics>) -> Self {
        Self::with_pacer(spaces, metrics, Arc::new(SystemPacer::new()))
    }

    /// As [`new`](Self::new), with the time and randomness of pauses supplied by the caller.
    pub fn with_pacer(spaces: Spaces, metrics: Arc<Metrics>, pacer: Arc<dyn Pacer>) -> Self {
        // Two random numbers tell this process from every other.
        let system = SystemPacer::new();
        let random = || system.jitter().to_bits() >> 20;
        let node = format!("{}-{:x}{:x}", std::process::id(), random(), random());
        Self {
            spaces,
            node,
            pacer,
            metrics,
        }
    }

    /// Works on jobs for as long as the returned future is polled.
    pub async fn run(self) {
        loop {
            match self.work_next().await {
                Ok(Some(_)) => {}
                Ok(None) => tokio::time::sleep(PATROL).await,
                Err(error) => {
                    warn!(%error, "spaces.work was interrupted and goes on soon");
                    tokio::time::sleep(PATROL).await;
                }
            }
        }
    }

    /// What gives the job back once nothing polls [`run`](Self::run) any more.
    pub fn leaver(&self) -> Leaver {
        Leaver {
            store: self.spaces.store.clone(),
            node: self.node.clone(),
        }
    }

    /// Takes a job, if there is one to take, and works on it to its end.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; the job is still this node's then, until its lease
    /// lapses.
    pub async fn work_next(&self) -> Result<Option<End>, StoreError> {
        let rows = self.spaces.store.spaces().await?;
        let reachable: Vec<i32> = rows
            .iter()
            .filter(|row| !matches!(row.state, SpaceState::Retired { .. }))
            .filter(|row| self.spaces.providers.of(&row.space.spec).is_some())
            .map(|row| row.space.version)
            .collect();
        let lease = self.spaces.settings.lease;
        let job = self
            .spaces
            .store
            .claim_embed_job(&reachable, &self.node, lease);
        let Some(job) = job.await? else {
            return Ok(None);
        };
        let space = rows.into_iter().find(|row| row.space.version == job.space);
        let Some(space) = space.map(|row| row.space) else {
            return Ok(None);
        };
        let Some(provider) = self.spaces.providers.of(&space.spec) else {
            return Ok(None);
        };
        info!(
            job = job.id,
            space = space.version,
            node = self.node,
            "spaces.work"
        );
        let end = self.work(&job, &space, &**provider).await?;
        self.metrics.embedding_total.set(0);
        self.metrics.embedding_done.set(0);
        info!(
            job = job.id,
            space = space.version,
            ?end,
            "spaces.work ended"
        );
        Ok(Some(end))
    }

    async fn work(
        &self,
        job: &EmbedJob,
        space: &Space,
        provider: &dyn EmbeddingProvider,
    ) -> Result<End, StoreError> {
        // The provider may have asked whoever worked on it before to wait.
        if let Some(pause) = job.pause()
            && !self.rest(job, pause).await?
        {
            return Ok(End::Lost);
        }
        let store = &self.spaces.store;
        let filler = Filler {
            store,
            provider,
            space,
            hasty: false,
        };
        // Visitors may bring new terms faster than they can be embedded.
        let mut terms_are_due = true;
        loop {
            let missing = store.missing(space.version).await?;
            if missing.waiting > 0 || terms_are_due && missing.terms > 0 {
                terms_are_due = false;
                match self.pass(job, &filler, missing.all()).await? {
                    Went::On => continue,
                    Went::Ended(end) => return Ok(end),
                }
            }
            if !store
                .enter_phase(job.id, &self.node, Phase::Index, 0)
                .await?
            {
                return Ok(End::Lost);
            }
            match self.leased(job, || None, self.index(space)).await? {
                None => return Ok(End::Lost),
                Some(Ok(())) => {}
                // Whoever takes the job next goes on here.
                Some(Err(error)) if error.is_temporary() => return Err(error),
                Some(Err(error)) => {
                    let words = format!("the index could not be built: {error}");
                    return self.suspend(job, &words).await;
                }
            }
            // Writers take turns, so nothing can be edited between the question and the answer.
            let mut transaction = store.begin().await?;
            if transaction.missing(space.version).await?.waiting > 0 {
                continue;
            }
            transaction.mark_ready(space.version).await?;
            if !transaction.finish_embed_job(job.id, &self.node).await? {
                return Ok(End::Lost);
            }
            transaction.commit().await?;
            return Ok(End::Complete);
        }
    }

    /// Goes once over all texts that are missing.
    async fn pass(
        &self,
        job: &EmbedJob,
        filler: &Filler<'_>,
        waiting: i64,
    ) -> Result<Went, StoreError> {
        let store = filler.store;
        if !store
            .enter_phase(job.id, &self.node, Phase::Texts, waiting)
            .await?
        {
            return Ok(Went::Ended(End::Lost));
        }
        self.metrics.embedding_total.set(waiting);
        self.metrics.embedding_done.set(0);
        let mut cursor = Cursor::Questions;
        let mut found_any = false;
        loop {
            let batch = filler.next(&mut cursor).await?;
            if batch.is_empty() {
                break;
            }
            found_any = true;
            if let Went::Ended(end) = self.step(job, filler, batch).await? {
                return Ok(Went::Ended(end));
            }
        }
        if !found_any {
            // What is missing is being edited at this moment.
            let rest = self.pacer.sleep(PATROL);
            if self.leased(job, || None, rest).await?.is_none() {
                return Ok(Went::Ended(End::Lost));
            }
        }
        Ok(Went::On)
    }

    /// Embeds and saves one batch, however often its provider is down meanwhile.
    async fn step(
        &self,
        job: &EmbedJob,
        filler: &Filler<'_>,
        batch: Vec<MissingText>,
    ) -> Result<Went, StoreError> {
        let mut batch = batch;
        let mut failures = 0;
        let lost = Ok(Went::Ended(End::Lost));
        while !batch.is_empty() {
            let start = self.pacer.now();
            // What a call waits for before it asks again is the provider's to say.
            let pause = || filler.provider.pause();
            let Some(filled) = self.leased(job, pause, filler.embed(&batch)).await? else {
                return lost;
            };
            let filled = filled?;
            let seconds = self.pacer.now().saturating_sub(start).as_secs_f64();
            let tokens = match filler.provider.count_tokens(&filled.sent).await {
                Ok(tokens) => tokens.number(),
                Err(_) => 0,
            };
            let mut transaction = filler.store.begin_beside().await?;
            let done = filler.save(&mut transaction, &batch, &filled).await?;
            let step = JobStep {
                texts: i64::try_from(done).unwrap_or(0),
                tokens: i64::try_from(tokens).unwrap_or(0),
                seconds,
            };
            let lease = self.spaces.settings.lease;
            if !transaction
                .count_step(job.id, &self.node, lease, step)
                .await?
            {
                return lost;
            }
            transaction.commit().await?;
            self.metrics.embedding_done.add(step.texts);
            self.metrics.embedded_texts.inc_by(filled.sent.len() as u64);
            batch = filled.left(batch);
            let own = match &filled.trouble {
                None => {
                    let rest = limit(filler.provider.tariff(), tokens, seconds);
                    let sleep = self.pacer.sleep(rest);
                    rest.is_zero() || self.leased(job, || None, sleep).await?.is_some()
                }
                Some(error) if filled.is_setting => {
                    let end = self.suspend(job, &error.to_string()).await?;
                    return Ok(Went::Ended(end));
                }
                Some(error) => {
                    failures += 1;
                    warn!(%error, failures, "spaces.work: the provider is down; trying again");
                    let pause = Pause {
                        reason: error.to_string(),
                        left: PATIENCE.rest(failures, error.asked(), self.pacer.jitter()),
                    };
                    self.rest(job, pause).await?
                }
            };
            if !own {
                return lost;
            }
        }
        Ok(Went::On)
    }

    /// Lets the provider rest, and says so. Returns whether the job is still this node's.
    async fn rest(&self, job: &EmbedJob, pause: Pause) -> Result<bool, StoreError> {
        let until = self.pacer.now().saturating_add(pause.left);
        let now = || {
            Some(Pause {
                reason: pause.reason.clone(),
                left: until.saturating_sub(self.pacer.now()),
            })
        };
        let rest = self.pacer.sleep(pause.left);
        Ok(self.leased(job, now, rest).await?.is_some())
    }

    /// Sees to it that the space has its index, whoever builds it.
    async fn index(&self, space: &Space) -> Result<(), StoreError> {
        while self.spaces.mend_index(space).await? == Mended::Elsewhere {
            self.pacer.sleep(PATROL).await;
        }
        Ok(())
    }

    async fn suspend(&self, job: &EmbedJob, words: &str) -> Result<End, StoreError> {
        warn!(
            job = job.id,
            words, "spaces.work: the job waits for somebody"
        );
        let own = self
            .spaces
            .store
            .suspend_embed_job(job.id, &self.node, words)
            .await?;
        Ok(if own { End::Suspended } else { End::Lost })
    }

    /// Does some work while renewing the lease; `None` as soon as the job is no longer this node's.
    /// `pause` says what it waits for meanwhile.
    async fn leased<T>(
        &self,
        job: &EmbedJob,
        pause: impl Fn() -> Option<Pause>,
        work: impl Future<Output = T>,
    ) -> Result<Option<T>, StoreError> {
        let lease = self.spaces.settings.lease;
        let pulse = PULSE.min(lease / 6);
        let mut renewed = self.pacer.now();
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(Some(done)),
                () = tokio::time::sleep(pulse) => {}
            }
            let (store, pause) = (&self.spaces.store, pause());
            let renewal = store.renew_lease(job.id, &self.node, lease, pause.as_ref());
            match tokio::time::timeout(lease / 3, renewal).await {
                Ok(Ok(true)) => renewed = self.pacer.now(),
                Ok(Ok(false)) => return Ok(None),
                // The database may be back before the lease lapses.
                Ok(Err(_)) | Err(_) => {
                    if self.pacer.now().saturating_sub(renewed) > lease {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

impl Leaver {
    /// Gives the job back, so that another node goes on at once. Whoever cannot be told finds out when the
    /// lease lapses.
    pub async fn leave(self) {
        let released = self.store.release_embed_job(&self.node);
        match tokio::time::timeout(FAREWELL, released).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                warn!(%error, "spaces.work: the job is given back when its lease lapses");
            }
            Err(_) => warn!("spaces.work: the job is given back when its lease lapses"),
        }
    }
}

/// How long to rest after so many tokens took so many seconds, for no more of them a minute than
/// the provider allows.
fn limit(tariff: Tariff, tokens: u64, seconds: f64) -> Duration {
    let Some(limit) = tariff.tokens_per_minute else {
        return Duration::ZERO;
    };
    #[expect(clippy::cast_precision_loss, reason = "a pause needs no more")]
    let due = tokens as f64 * 60.0 / f64::from(limit.get());
    Duration::try_from_secs_f64(due - seconds).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_rests_until_its_tokens_are_no_more_than_a_minute_may_have() {
        let check = |per_minute: u32, tokens: u64, seconds: f64, expected: f64| {
            let tariff = Tariff {
                tokens_per_minute: std::num::NonZeroU32::new(per_minute),
                ..Tariff::default()
            };
            let rest = limit(tariff, tokens, seconds).as_secs_f64();
            assert!((rest - expected).abs() < 1e-6, "{rest}");
        };
        // 10 tokens a second.
        check(600, 20, 0.5, 1.5);
        check(600, 20, 5.0, 0.0);
        check(600, 0, 0.0, 0.0);
        check(0, 1_000_000, 0.0, 0.0);
    }
}
