//! What providers and databases do to a job, over real connections.

use std::sync::Arc;
use std::time::Duration;

use engine::embedding::Providers;
use engine::spaces::{End, Spaces};
use engine::store::{EmbedJobState, IndexState, SpaceState};

use super::openai_server::Fault;
use super::support::{Scattered, asking, moving, settings, someone, worker};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_survives_whatever_its_provider_does_for_a_while() {
    let site = moving().await;
    let space = site.start().await;
    site.server.fail_next([
        // Temporary: tried again by the provider, then by the job.
        Fault::RateLimited(Some("0")),
        Fault::ServerError,
        Fault::RateLimited(None),
        Fault::CloseMidBody,
        Fault::CloseMidBody,
        // Spoilt answers: the batch is halved and halved again.
        Fault::TooFew,
        Fault::NanLiteral,
        Fault::Shuffled,
        Fault::NotFinite,
        Fault::Shuffled,
        Fault::Zero,
        Fault::Empty,
        Fault::SameIndex,
        Fault::OtherShape,
    ]);
    assert_eq!(
        site.worker().work_next().await.unwrap(),
        Some(End::Complete)
    );
    assert_eq!(site.spaces.dead_letters(space).await.unwrap(), []);
    // The same vectors as of a job that nothing happened to, row for row.
    let calm = moving().await;
    let other = calm.fill().await;
    assert_eq!(site.rows(space), calm.rows(other));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_hangs_is_asked_again() {
    let site = moving().await;
    let hasty = asking(&site.server, Duration::from_millis(200));
    let providers = Providers::new(Arc::new(Scattered::new("old"))).and(hasty);
    let spaces = Spaces::new(site.store().clone(), providers, settings());
    site.start().await;
    site.server
        .fail_next([Fault::Hang, Fault::Hang, Fault::Hang]);
    assert_eq!(
        worker(&spaces).work_next().await.unwrap(),
        Some(End::Complete)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_has_no_credit_or_another_dimension_suspends_the_job() {
    for (fault, words) in [
        (Fault::InsufficientQuota, "You exceeded your current quota"),
        (Fault::Unauthorized, "Incorrect credentials"),
        (Fault::WrongDimension, "7 numbers where the space"),
    ] {
        let site = moving().await;
        let space = site.start().await;
        site.server.fail_next([fault]);
        assert_eq!(
            site.worker().work_next().await.unwrap(),
            Some(End::Suspended)
        );
        let job = site.store().embed_job_of(space).await.unwrap().unwrap();
        assert_eq!(job.state, EmbedJobState::Paused);
        let said = job.error.unwrap_or_default();
        assert!(said.contains(words), "{said}");
        assert_eq!(site.spaces.dead_letters(space).await.unwrap(), []);
        site.spaces.resume(&someone(), space).await.unwrap();
        assert_eq!(
            site.worker().work_next().await.unwrap(),
            Some(End::Complete)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_refused_is_named_with_its_error_and_the_rest_is_embedded() {
    let site = moving().await;
    // One text alone meets these: the batch it is in, its half, and three attempts by itself.
    site.server.fail_next([Fault::NotFinite; 5]);
    let space = site.fill().await;
    let letters = site.spaces.dead_letters(space).await.unwrap();
    let [letter] = letters.as_slice() else {
        panic!("{letters:?}");
    };
    assert!(letter.error.contains("cannot be read") || letter.error.contains("not finite"));
    let named = format!(
        "SELECT count(*) FROM embedded_texts WHERE subject = '{}'",
        letter.subject
    );
    assert_eq!(site.database.query(&named), "1");
    // A switch tells about it, and starting again tries it once more.
    let switched = site
        .spaces
        .switch(&someone(), space, engine::spaces::SwitchOptions::default())
        .await;
    let refusal = switched.unwrap_err().to_string();
    assert!(
        refusal.starts_with("1 text has no vector in this space. Embed it first"),
        "{refusal}"
    );
    site.fill().await;
    assert_eq!(site.spaces.dead_letters(space).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_survives_a_database_that_restarts() {
    let site = moving().await;
    let space = site.start().await;
    let working = tokio::spawn(worker(&site.spaces).run());
    for _ in 0..5 {
        site.database.query(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND backend_type = 'client backend'
                 AND pid <> pg_backend_pid()",
        );
        tokio::task::yield_now().await;
    }
    let state = format!("SELECT state FROM embedding_spaces WHERE version = {space}");
    eventually("the space is complete", || {
        (site.database.query(&state) == "ready").then_some(())
    })
    .await;
    working.abort();
    let row = site.store().space(space).await.unwrap().unwrap();
    assert!(matches!(row.state, SpaceState::Ready { .. }), "{row:?}");
    let calm = moving().await;
    let other = calm.fill().await;
    assert_eq!(site.rows(space), calm.rows(other));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_survives_a_database_that_restarts_while_the_index_is_built() {
    let site = moving().await;
    let space = site.start().await;
    let kept = site.store().space(1).await.unwrap().unwrap().space;
    // Who builds an index waits for everybody who writes into the table.
    let mut writing = site.store().begin().await.unwrap();
    writing.fill(&kept, &[]).await.unwrap();
    let working = tokio::spawn(worker(&site.spaces).run());
    let break_build = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                       WHERE datname = current_database() AND backend_type = 'client backend'
                         AND query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'";
    eventually("the connection that builds is broken", || {
        (site.database.query(break_build) == "1").then_some(())
    })
    .await;
    drop(writing);
    eventually("the space is complete", || {
        let job = site.database.query("SELECT state FROM jobs");
        assert_ne!(job, "paused");
        (job == "succeeded").then_some(())
    })
    .await;
    working.abort();
    let row = site.store().space(space).await.unwrap().unwrap();
    let index = site.store().index_state(&row.space).await.unwrap();
    assert_eq!(index, IndexState::Valid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_term_that_is_refused_counts_as_missing_and_decisions_do_not_depend_on_it() {
    let site = moving().await;
    let space = site.fill().await;
    let before = site.store().coverage(space).await.unwrap();
    site.database.query(&format!(
        "INSERT INTO campaign_terms (text_hash, text, uses, first_seen, last_seen)
         VALUES (sha256('vans'), 'vans', 1, now(), now());
         INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         VALUES ({space}, sha256('vans'), 'term vans', 'No.', 3)"
    ));
    let after = site.store().coverage(space).await.unwrap();
    assert_eq!(after.texts, before.texts + 1);
    assert_eq!(after.present(), before.present());
    let missing = after.missing;
    assert_eq!((missing.total(), missing.vital(), missing.all()), (1, 0, 0));
    // Somebody can have it tried again.
    assert_eq!(site.spaces.retry(&someone(), space).await.unwrap(), 1);
}
