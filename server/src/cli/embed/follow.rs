//! Working on a job and showing how far it has come, whichever node does the work.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use engine::metrics::Metrics;
use engine::spaces::{Spaces, Worker};
use engine::store::{EmbedJob, EmbedJobState, IndexState, Phase, Store};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinSet;

use super::super::CommandError;
use crate::runtime::StartError;

/// How often to look.
const LOOK: Duration = Duration::from_millis(200);

/// Works on the job of a space, unless another node does, until it is over.
pub(super) async fn work(store: &Store, spaces: &Spaces, space: i32) -> Result<(), CommandError> {
    let metrics = Metrics::new().map_err(StartError::from)?;
    let mut work = JoinSet::new();
    work.spawn(Worker::new(spaces.clone(), Arc::new(metrics)).run());
    let bar = Shown::new();
    let outcome = follow(store, space, &bar).await;
    bar.clear();
    work.shutdown().await;
    outcome
}

async fn follow(store: &Store, space: i32, bar: &Shown) -> Result<(), CommandError> {
    loop {
        let job = store.embed_job_of(space).await?;
        let job = job.ok_or_else(|| CommandError::Other("the job is gone".to_owned()))?;
        let stopped = |what: &str| {
            let why = job.error.as_deref().map(|error| format!(": {error}"));
            Err(CommandError::Other(format!(
                "{what}{}",
                why.unwrap_or_default()
            )))
        };
        match &job.state {
            EmbedJobState::Queued | EmbedJobState::Running { .. } => {}
            EmbedJobState::Succeeded { .. } => return Ok(()),
            EmbedJobState::Paused => {
                return stopped("the job is paused; landfall embed resume lets it go on");
            }
            EmbedJobState::Cancelled { .. } => return stopped("the job was cancelled"),
            EmbedJobState::Failed { .. } => return stopped("the job was given up"),
        }
        let index = match job.state {
            EmbedJobState::Running {
                phase: Phase::Index,
                ..
            } => match store.space(space).await? {
                Some(row) => Some(store.index_state(&row.space).await?),
                None => None,
            },
            _ => None,
        };
        bar.show(&job, index);
        tokio::time::sleep(LOOK).await;
    }
}

/// A bar on a terminal; elsewhere a line for every tenth of the work.
struct Shown {
    bar: Option<ProgressBar>,
    tenth: std::sync::atomic::AtomicI64,
}

impl Shown {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} texts  {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            tenth: std::sync::atomic::AtomicI64::new(0),
        }
    }

    fn show(&self, job: &EmbedJob, index: Option<IndexState>) {
        let words = message(job, index);
        if let Some(bar) = &self.bar {
            bar.set_length(u64::try_from(job.total).unwrap_or(0));
            bar.set_position(u64::try_from(job.done).unwrap_or(0));
            bar.set_message(words);
            return;
        }
        let tenth = job.done * 10 / job.total.max(1);
        let before = self.tenth.swap(tenth, std::sync::atomic::Ordering::Relaxed);
        if tenth > before {
            eprintln!("{} of {} texts", job.done, job.total);
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn message(job: &EmbedJob, index: Option<IndexState>) -> String {
    if let Some(index) = index {
        return match index {
            IndexState::Building { share } => format!("index {:.0} %", share * 100.0),
            _ => "index".to_owned(),
        };
    }
    if let Some(error) = &job.error {
        return format!("waiting: {error}");
    }
    match (job.rate(), job.seconds_left()) {
        (Some(rate), Some(left)) => format!("{rate:.0}/s, {left:.0} s left"),
        _ => String::new(),
    }
}
