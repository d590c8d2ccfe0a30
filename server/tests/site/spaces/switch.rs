//! Cutover and rollback.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::desk::DeskError;
use engine::embedding::EmbeddingProvider as _;
use engine::spaces::{Floors, SwitchOptions};
use engine::store::{EmbedJobState, SpaceState};

use super::support::{Gated, Moving, Scattered, forget_questions, moving, someone};
use crate::load::Visitor;
use crate::support::{Node, eventually};

/// A page of which the two models choose different variants for some segment.
const PATHS: [&str; 4] = [
    "/pricing?segment=smb",
    "/pricing",
    "/landing/routes?segment=enterprise",
    "/landing/routes",
];

/// What a node shows at `path`, once a cache holds it.
async fn shown(node: &Node, path: &str) -> String {
    let answer = node.settled(path, &[]).await;
    answer.text().to_owned()
}

async fn all_shown(node: &Node) -> Vec<String> {
    let mut shown_here = Vec::new();
    for path in PATHS {
        shown_here.push(shown(node, path).await);
    }
    shown_here
}

async fn follow(site: &Moving, node: &Node) {
    let revision = site.database.query("SELECT revision FROM catalog_state");
    let wanted: f64 = revision.parse().expect("a number");
    eventually("the node follows", || {
        (node.metric("landfall_catalog_revision") >= wanted).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_is_followed_by_every_node_and_no_answer_mixes_two_spaces() {
    let site = moving().await;
    let space = site.fill().await;
    let (one, two) = (site.node().await, site.node().await);
    let old = all_shown(&one).await;

    let stop = Arc::new(AtomicBool::new(false));
    let watching: Vec<_> = [&one, &two]
        .map(|node| {
            let (address, stop) = (node.address, Arc::clone(&stop));
            std::thread::spawn(move || {
                let mut visitor = Visitor::connect(address);
                let mut seen: Vec<BTreeSet<String>> = vec![BTreeSet::new(); PATHS.len()];
                while !stop.load(Ordering::Relaxed) {
                    for (path, seen) in PATHS.iter().zip(&mut seen) {
                        let answer = visitor.get(path).expect("a page");
                        seen.insert(answer.text().to_owned());
                    }
                }
                seen
            })
        })
        .into_iter()
        .collect();
    let options = SwitchOptions::default();
    let switched = site
        .spaces
        .switch(&someone(), space, options)
        .await
        .unwrap();
    assert_eq!((switched.from, switched.to), (Some(1), space));
    follow(&site, &one).await;
    follow(&site, &two).await;
    let new = all_shown(&two).await;
    assert_eq!(all_shown(&one).await, new);
    site.spaces.rollback(&someone(), None).await.unwrap();
    follow(&site, &one).await;
    follow(&site, &two).await;
    assert_eq!(all_shown(&one).await, old);
    assert_eq!(all_shown(&two).await, old);
    stop.store(true, Ordering::Relaxed);
    for watched in watching {
        let seen = watched.join().expect("it does not panic");
        for ((seen, old), new) in seen.iter().zip(&old).zip(&new) {
            for answer in seen {
                assert!(
                    answer == old || answer == new,
                    "neither space says {answer}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_brings_the_floors_back_and_the_log_says_who_did_it() {
    let site = moving().await;
    let space = site.fill().await;
    let floor = "SELECT value -> 'thresholds' ->> 'similarity_floor', value -> 'thresholds' ->> 'term_floor'
                 FROM settings WHERE key = 'site'";
    let before = site.database.query(floor);
    let options = SwitchOptions {
        floors: Floors {
            similarity: Some(0.125),
            term: Some(0.0625),
        },
        ..SwitchOptions::default()
    };
    site.spaces
        .switch(&someone(), space, options)
        .await
        .unwrap();
    assert_eq!(site.database.query(floor), "0.125|0.0625");
    let twice = site.spaces.switch(&someone(), space, options).await;
    assert!(matches!(twice, Err(DeskError::Conflict(_))), "{twice:?}");
    site.spaces.rollback(&someone(), None).await.unwrap();
    assert_eq!(site.database.query(floor), before);
    let active = site.store().active_space().await.unwrap().unwrap();
    assert_eq!(active.version, 1);
    let log = "SELECT string_agg(action || ' ' || subject, ', ' ORDER BY id) FROM audit_log
               WHERE action LIKE 'space.%'";
    assert_eq!(
        site.database.query(log),
        "space.embed space 2, space.switch space 2, space.rollback space 1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_space_decides_whoever_switches_at_the_same_time() {
    let site = moving().await;
    let space = site.fill().await;
    let actor = someone();
    let options = SwitchOptions::default();
    let (one, two) = tokio::join!(
        site.spaces.switch(&actor, space, options),
        site.spaces.switch(&actor, space, options)
    );
    assert_ne!(one.is_ok(), two.is_ok());
    let active = "SELECT count(*) FROM embedding_spaces WHERE state = 'active'";
    assert_eq!(site.database.query(active), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_that_is_not_complete_cannot_be_switched_to() {
    let site = moving().await;
    let space = site.start().await;
    let options = SwitchOptions::default();
    let refused = site.spaces.switch(&someone(), space, options).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "This space is not complete yet."
    );
    let gone = site.spaces.switch(&someone(), 99, options).await;
    assert!(matches!(gone, Err(DeskError::NotFound(_))), "{gone:?}");
    let none = site.spaces.rollback(&someone(), None).await;
    assert!(matches!(none, Err(DeskError::Conflict(_))), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_space_before_is_kept_for_as_long_as_was_said() {
    let site = moving().await;
    let space = site.fill().await;
    let options = SwitchOptions {
        keep: Some(Duration::ZERO),
        ..SwitchOptions::default()
    };
    site.spaces
        .switch(&someone(), space, options)
        .await
        .unwrap();
    // Nobody fills any more what is given up.
    let old = Scattered::new("old");
    let started = site.spaces.start(&someone(), old.space()).await;
    assert_eq!(started.unwrap().space, 1);
    assert_eq!(site.store().retire_due_spaces().await.unwrap(), 1);
    let job = site.store().embed_job_of(1).await.unwrap().unwrap();
    assert!(
        matches!(job.state, EmbedJobState::Cancelled { .. }),
        "{job:?}"
    );
    let row = site.store().space(1).await.unwrap().unwrap();
    assert!(matches!(row.state, SpaceState::Retired { .. }), "{row:?}");
    let back = site.spaces.rollback(&someone(), None).await;
    assert!(matches!(back, Err(DeskError::Conflict(_))), "{back:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_does_not_wait_for_a_provider_that_does_not_answer() {
    let model = Arc::new(Gated::new("new"));
    let site = moving().await.with(Arc::clone(&model) as _);
    model.answers.add_permits(1_000);
    let space = site.fill().await;
    model.answers.forget_permits(1_000);
    let without = forget_questions(&site, space);
    let switch = async |incomplete| {
        let options = SwitchOptions {
            incomplete,
            ..SwitchOptions::default()
        };
        // The provider never answers, so this would never end.
        let patience = Duration::from_mins(1);
        let actor = someone();
        let switched = site.spaces.switch(&actor, space, options);
        tokio::time::timeout(patience, switched)
            .await
            .expect("it answers")
    };
    let words = switch(false).await.unwrap_err().to_string();
    assert_eq!(
        words,
        format!(
            "{without} texts have no vector in this space, and could not be embedded now: the embedding provider \
             takes too long. Embed them first, or switch without them: they are then served by segment and \
             language alone."
        )
    );
    let switched = switch(true).await.unwrap();
    assert_eq!((switched.to, switched.remembered), (space, None));
}
