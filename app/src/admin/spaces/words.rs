//! Spaces and jobs in words.

use engine::embedding::Pause;
use engine::store::{EmbedJob, EmbedJobState, IndexState, Phase};

/// How far a job has come, in a line.
pub fn job(job: &EmbedJob, index: IndexState) -> String {
    if let Some(left) = job.takeover() {
        let left = time(left.as_secs_f64());
        return format!("The server that works on it says nothing; another takes over in {left}");
    }
    match &job.state {
        EmbedJobState::Queued => "Waiting for a server".to_owned(),
        EmbedJobState::Paused => "Paused".to_owned(),
        EmbedJobState::Succeeded { .. } => "Complete".to_owned(),
        EmbedJobState::Failed { .. } => "Given up".to_owned(),
        EmbedJobState::Cancelled { .. } => "Stopped".to_owned(),
        EmbedJobState::Running {
            phase: Phase::Index,
            ..
        } => match index {
            IndexState::Building { share } => format!("Building the index, {:.0} %", share * 100.0),
            _ => "Building the index".to_owned(),
        },
        EmbedJobState::Running { .. } => {
            let far = format!("{} of {} texts", job.done, job.total);
            match (job.pause(), job.rate(), job.seconds_left()) {
                (Some(Pause { reason, left }), ..) => {
                    format!("{far}, again in {}: {reason}", time(left.as_secs_f64()))
                }
                (None, Some(rate), Some(left)) => {
                    format!("{far}, {rate:.0} a second, {} left", time(left))
                }
                _ => far,
            }
        }
    }
}

/// A time in words.
pub(super) fn time(seconds: f64) -> String {
    if seconds < 1.5 {
        "a second".to_owned()
    } else if seconds < 120.0 {
        format!("{seconds:.0} seconds")
    } else if seconds < 7_200.0 {
        format!("{:.0} minutes", seconds / 60.0)
    } else {
        format!("{:.0} hours", seconds / 3_600.0)
    }
}

/// A share, 0 to 1, in per cent.
pub(super) fn per_cent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
