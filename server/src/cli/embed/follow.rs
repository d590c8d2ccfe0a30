//! Working on a job and showing how far it has come, whichever node does the work.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use app::admin::job_words;
use engine::metrics::Metrics;
use engine::spaces::{Spaces, Worker};
use engine::store::{EmbedJob, EmbedJobState, IndexState};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinSet;

use super::super::CommandError;
use crate::runtime::StartError;

/// How often to look.
const LOOK: Duration = Duration::from_millis(200);

/// Works on the job of a space, unless another node does, until it is over or somebody interrupts it: then
/// another node goes on at once.
pub(super) async fn work(spaces: &Spaces, space: i32) -> Result<(), CommandError> {
    let metrics = Metrics::new().map_err(StartError::from)?;
    let worker = Worker::new(spaces.clone(), Arc::new(metrics));
    let leaver = worker.leaver();
    let mut work = JoinSet::new();
    work.spawn(worker.run());
    let mut bar = Shown::new();
    let outcome = tokio::select! {
        outcome = follow(spaces, space, &mut bar) => outcome,
        _ = tokio::signal::ctrl_c() => Err(CommandError::Other(format!(
            "stopped; what is embedded stays. A server that has the model of space {space} goes on with it, and so \
             does landfall embed start; landfall embed cancel ends it"
        ))),
    };
    bar.clear();
    work.shutdown().await;
    leaver.leave().await;
    outcome
}

async fn follow(spaces: &Spaces, space: i32, bar: &mut Shown) -> Result<(), CommandError> {
    loop {
        let job = spaces.job(space).await?;
        let (job, index) = job.ok_or_else(|| CommandError::Other("the job is gone".to_owned()))?;
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
        bar.show(&job, index);
        tokio::time::sleep(LOOK).await;
    }
}

/// A bar on a terminal; elsewhere a line for every tenth of the work, and one for whatever it begins
/// to wait for.
struct Shown {
    bar: Option<ProgressBar>,
    tenth: i64,
    waits_for: Option<String>,
}

impl Shown {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{bar:40} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            tenth: 0,
            waits_for: None,
        }
    }

    fn show(&mut self, job: &EmbedJob, index: IndexState) {
        let words = job_words(job, index);
        if let Some(bar) = &self.bar {
            bar.set_length(u64::try_from(job.total).unwrap_or(0));
            bar.set_position(u64::try_from(job.done).unwrap_or(0));
            bar.set_message(words);
            return;
        }
        let waits_for = match job.takeover() {
            Some(_) => Some("a lease".to_owned()),
            None => job.pause().map(|pause| pause.reason),
        };
        if waits_for != self.waits_for && waits_for.is_some() {
            eprintln!("{words}");
        }
        self.waits_for = waits_for;
        let tenth = job.done * 10 / job.total.max(1);
        if tenth > self.tenth {
            eprintln!("{} of {} texts", job.done, job.total);
            self.tenth = tenth;
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
