//! What a job waits for, and who is told.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use engine::embedding::{Pacer, Pause};
use engine::metrics::Metrics;
use engine::spaces::{End, Worker};

use super::openai_server::Fault;
use super::screens::with_people;
use super::support::{Moving, moving, someone};
use crate::command::{on, succeed};
use crate::desk::support::Role;
use crate::support::eventually;

/// Remembers the pauses instead of waiting.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Duration>>);

#[async_trait]
impl Pacer for Recorder {
    fn now(&self) -> Duration {
        self.0.lock().unwrap().iter().sum()
    }

    fn jitter(&self) -> f64 {
        1.0
    }

    async fn sleep(&self, delay: Duration) {
        self.0.lock().unwrap().push(delay);
    }
}

/// Works on the job to its end; returns the pauses, in seconds.
async fn pauses(site: &Moving) -> Vec<f64> {
    let recorder = Arc::new(Recorder::default());
    let metrics = Metrics::new().expect("every metric has its own name");
    let pacer = Arc::clone(&recorder) as _;
    let worker = Worker::with_pacer(site.spaces.clone(), Arc::new(metrics), pacer);
    assert_eq!(worker.work_next().await.unwrap(), Some(End::Complete));
    let pauses = recorder.0.lock().unwrap();
    pauses.iter().map(Duration::as_secs_f64).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_lets_its_provider_rest_for_as_long_as_it_asks_and_an_hour_at_most() {
    let site = moving().await;
    site.start().await;
    site.server.fail_next([
        // A call waits for a minute at most, so these are the job's.
        Fault::RateLimited(Some("90")),
        Fault::RateLimited(Some("7200")),
        // Nothing is asked for: the third failure in a row.
        Fault::ServerError,
        Fault::ServerError,
    ]);
    assert_eq!(pauses(&site).await, [91.0, 3_601.0, 4.0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_takes_over_lets_the_provider_rest_as_well_and_a_person_may_hurry_it() {
    let site = moving().await;
    let space = site.start().await;
    let asked = Pause {
        reason: "the embedding provider asks to wait".to_owned(),
        left: Duration::from_mins(30),
    };
    let take = async || {
        let (dead, lease) = ("a node that is gone", Duration::ZERO);
        let store = site.store();
        let claimed = store.claim_embed_job(&[space], dead, lease).await;
        let job = claimed.unwrap().expect("it waits for a node");
        let renewed = store.renew_lease(job.id, dead, lease, Some(&asked)).await;
        assert!(renewed.unwrap());
    };
    take().await;
    let rests = pauses(&site).await;
    assert!(
        matches!(rests.as_slice(), [rest] if (1_700.0..=1_800.0).contains(rest)),
        "{rests:?}"
    );
    // Whoever resumes it has it go on at once.
    site.database.query(
        "DELETE FROM embeddings WHERE space_version = 2;
         UPDATE embedding_spaces SET state = 'building' WHERE version = 2",
    );
    site.start().await;
    take().await;
    site.spaces.pause(&someone(), space).await.unwrap();
    site.spaces.resume(&someone(), space).await.unwrap();
    assert_eq!(pauses(&site).await, [0.0_f64; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_what_a_job_waits_for_and_for_how_long() {
    let site = moving().await;
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let folder = site.folder("", "");
    for (seconds, left) in [
        // Inside a call of the provider, and between two.
        ("50", "seconds"),
        ("600", "10 minutes"),
    ] {
        site.server.fail_next([Fault::RateLimited(Some(seconds))]);
        let space = site.start().await;
        let words = eventually("the screen tells", || {
            let screen = desk.open(&viewer, "/admin/spaces");
            let words = screen.select("main label[for^=progress]").concat();
            words.contains("again in").then_some(words)
        })
        .await;
        let reason = format!(
            "{left}: the embedding provider asks to wait {seconds} s: \
             the embedding provider refused with status 429: Slow down."
        );
        assert!(words.starts_with("0 of "), "{words}");
        assert!(words.ends_with(&reason), "{words}");
        let mut status = on(folder.path(), &site.database.url);
        let status = succeed(status.args(["embed", "status"]));
        assert!(
            status.contains("job      running: 0 of ") && status.contains(&reason),
            "{status}"
        );
        site.spaces.cancel(&someone(), space).await.unwrap();
        let asked = site.server.seen().len();
        eventually("the node stops waiting", || {
            (desk.node.metric("landfall_embedding_job_total") < 1.0).then_some(())
        })
        .await;
        assert_eq!(site.server.seen().len(), asked);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_starts_a_job_that_a_silent_node_holds_is_told_when_another_takes_over() {
    let site = moving().await;
    let space = site.start().await;
    let hour = Duration::from_hours(1);
    let claimed = site
        .store()
        .claim_embed_job(&[space], "silent", hour)
        .await
        .unwrap();
    assert!(claimed.is_some());
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let told = || {
        let screen = desk.open(&viewer, "/admin/spaces");
        screen.select("main label[for^=progress]").concat()
    };
    site.database.query("UPDATE jobs SET heard_at = now()");
    let told_now = told();
    assert!(told_now.starts_with("0 of "), "{told_now}");
    site.database
        .query("UPDATE jobs SET heard_at = now() - interval '20 seconds'");
    let words = "The server that works on it says nothing; another takes over in 60 minutes";
    assert_eq!(told(), words);
    let folder = site.folder("", "");
    let mut start = on(folder.path(), &site.database.url)
        .args(["embed", "start"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let said = BufReader::new(start.stderr.take().expect("it is piped"));
    let mut lines = said.lines().map(|line| line.expect("UTF-8"));
    assert!(lines.any(|line| line == words));
    start.kill().expect("it runs");
    start.wait().expect("it is gone");
}
