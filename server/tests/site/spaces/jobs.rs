//! Filling a space: plans, leases, pauses, indexes.

use std::time::Duration;

use engine::desk::DeskError;
use engine::embedding::Tokens;
use engine::spaces::{End, Spaces};
use engine::store::{EmbedJobState, IndexState, Missing, SpaceState};

use super::support::{moving, settings, someone, worker};
use crate::support::{eventually, psql};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_space_is_filled_beside_the_one_that_decides() {
    let site = moving().await;
    let active = site.store().active_space().await.unwrap().unwrap();
    let before = site.rows(active.version);
    let space = site.fill().await;

    let row = site.store().space(space).await.unwrap().unwrap();
    assert!(matches!(row.state, SpaceState::Ready { .. }), "{row:?}");
    let missing = site.store().missing(space).await.unwrap();
    assert_eq!(missing, Missing::default());
    let index = site.store().index_state(&row.space).await.unwrap();
    assert_eq!(index, IndexState::Valid);
    let job = site.store().embed_job_of(space).await.unwrap().unwrap();
    assert!(
        matches!(job.state, EmbedJobState::Succeeded { .. }),
        "{job:?}"
    );
    assert_eq!(job.done, job.total);
    // Nobody noticed, and every text was sent once.
    let still = site.store().active_space().await.unwrap().unwrap();
    assert_eq!(still, active);
    assert_eq!(site.rows(active.version), before);
    assert_eq!(site.sent(), site.texts());
    assert_eq!(site.rows(space).lines().count(), before.lines().count());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_a_space_will_take() {
    let site = moving().await;
    let plan = site.spaces.plan(site.new.space()).await.unwrap();
    let texts = i64::try_from(site.texts()).expect("a few");
    assert_eq!((plan.texts, plan.present), (texts, 0));
    assert!(matches!(plan.tokens, Tokens::Estimated(tokens) if tokens > 50));
    assert!(plan.time.is_some(), "{plan:?}");
    // Nothing was begun.
    assert_eq!(site.store().spaces().await.unwrap().len(), 1);
    site.fill().await;
    let plan = site.spaces.plan(site.new.space()).await.unwrap();
    assert_eq!((plan.texts, plan.present), (0, texts));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_start_the_same_job_share_one_and_embed_each_text_once() {
    let site = moving().await;
    let other = Spaces::new(
        site.store().background(2),
        site.providers.clone(),
        settings(),
    );
    let (actor, spec) = (someone(), site.new.space());
    let (one, two) = tokio::join!(site.spaces.start(&actor, spec), other.start(&actor, spec));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((one.space, one.job), (two.space, two.job));
    assert_ne!(one.new, two.new);
    let (first, second) = (worker(&site.spaces), worker(&other));
    let (first, second) = tokio::join!(first.work_next(), second.work_next());
    let ends = [first.unwrap(), second.unwrap()];
    assert!(
        ends.contains(&Some(End::Complete)) && ends.contains(&None),
        "{ends:?}"
    );
    assert_eq!(site.sent(), site.texts());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_dies_loses_its_lease_and_another_takes_over() {
    let site = moving().await;
    let space = site.start().await;
    let dead = "a node that is gone";
    let lease = Duration::from_millis(300);
    let claimed = site.store().claim_embed_job(&[space], dead, lease).await;
    let job = claimed.unwrap().expect("it waits for a node");
    // Not while the lease holds.
    let held = Duration::from_mins(1);
    assert!(
        site.store()
            .renew_lease(job.id, dead, held, None)
            .await
            .unwrap()
    );
    assert_eq!(site.worker().work_next().await.unwrap(), None);
    assert!(
        site.store()
            .renew_lease(job.id, dead, lease, None)
            .await
            .unwrap()
    );
    let lapsed = format!(
        "SELECT 1 FROM jobs WHERE id = {} AND lease_until < now()",
        job.id
    );
    eventually("the lease lapses", || {
        (site.database.query(&lapsed) == "1").then_some(())
    })
    .await;
    // Looking after imports gives no other job up.
    site.store().fail_abandoned_imports().await.unwrap();
    let end = site.worker().work_next().await.unwrap();
    assert_eq!(end, Some(End::Complete));
    // Whoever comes back from the dead writes nothing any more.
    assert!(
        !site
            .store()
            .renew_lease(job.id, dead, held, None)
            .await
            .unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_rests_while_it_is_paused_and_goes_on_where_it_was() {
    let site = moving().await;
    let space = site.start().await;
    site.spaces.pause(&someone(), space).await.unwrap();
    assert_eq!(site.worker().work_next().await.unwrap(), None);
    let twice = site.spaces.pause(&someone(), space).await.unwrap_err();
    assert!(matches!(twice, DeskError::Conflict(_)), "{twice}");
    site.spaces.resume(&someone(), space).await.unwrap();
    assert_eq!(
        site.worker().work_next().await.unwrap(),
        Some(End::Complete)
    );
    assert_eq!(site.sent(), site.texts());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_job_stops_and_starting_again_does_the_rest() {
    let site = moving().await;
    let space = site.start().await;
    site.database.query(
        "INSERT INTO query_embeddings (space_version, text_hash, embedding)
         SELECT 2, sha256(convert_to(intent, 'UTF8')), '[1,0,0,0,0,0,0,0]' FROM pages LIMIT 1",
    );
    site.spaces.cancel(&someone(), space).await.unwrap();
    assert_eq!(site.worker().work_next().await.unwrap(), None);
    assert_eq!(site.fill().await, space);
    // What was there was not embedded again.
    assert_eq!(site.sent(), site.texts() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_an_interruption_left_invalid_is_built_anew() {
    let site = moving().await;
    let space = site.fill().await;
    let row = site.store().space(space).await.unwrap().unwrap();
    let name = format!("embeddings_space_{space}_hnsw");
    site.database.query(&format!("DROP INDEX {name}"));
    // A build that fails half-way: these rows are no unique key.
    let failing = format!(
        "CREATE UNIQUE INDEX CONCURRENTLY {name} ON embeddings (space_version) WHERE space_version = {space}"
    );
    assert!(!psql(&site.database.url, &failing).status.success());
    let state = site.store().index_state(&row.space).await.unwrap();
    assert_eq!(state, IndexState::Invalid);
    let made = format!("SELECT '{name}'::regclass::oid");
    let before = site.database.query(&made);
    site.fill().await;
    let state = site.store().index_state(&row.space).await.unwrap();
    assert_eq!(state, IndexState::Valid);
    assert_ne!(site.database.query(&made), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_cannot_be_stored_suspends_the_job_with_the_databases_words() {
    let site = moving().await;
    // Stands in for a full disk, which a test cannot make: new indexes have no place to go.
    let (_, database) = site.database.url.rsplit_once('/').expect("it has a name");
    let nowhere = format!("ALTER DATABASE {database} SET default_tablespace = 'pg_global'");
    site.database.query(&nowhere);
    let space = site.start().await;
    assert_eq!(
        site.worker().work_next().await.unwrap(),
        Some(End::Suspended)
    );
    let job = site.store().embed_job_of(space).await.unwrap().unwrap();
    assert_eq!(job.state, EmbedJobState::Paused);
    let words = job.error.unwrap_or_default();
    assert!(
        words.starts_with("the index could not be built: ") && words.contains("pg_global"),
        "{words}"
    );
    site.database.query(&format!(
        "ALTER DATABASE {database} RESET default_tablespace"
    ));
    site.spaces.resume(&someone(), space).await.unwrap();
    assert_eq!(
        site.worker().work_next().await.unwrap(),
        Some(End::Complete)
    );
    assert_eq!(site.sent(), site.texts());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_space_is_deleted_in_the_background() {
    let site = moving().await;
    let space = site.fill().await;
    let node = site.node().await;
    site.spaces.retire(&someone(), space).await.unwrap();
    let left = format!(
        "SELECT (SELECT count(*) FROM embeddings WHERE space_version = {space})
              + (SELECT count(*) FROM query_embeddings WHERE space_version = {space})
              + (SELECT count(*) FROM pg_class WHERE relname = 'embeddings_space_{space}_hnsw')
              + (SELECT count(*) FROM embedding_spaces WHERE version = {space} AND emptied_at IS NULL)"
    );
    // A publication wakes whoever clears away.
    site.database
        .query("UPDATE catalog_state SET revision = revision + 1");
    site.database
        .query("SELECT pg_notify('landfall_catalog', '')");
    eventually("the space is empty", || {
        (site.database.query(&left) == "0").then_some(())
    })
    .await;
    drop(node);
    let again = site.fill().await;
    assert!(again > space, "a retired space is not filled again");
}
