//! What many want is made once, by one node, and again when it has become stale.

use std::collections::BTreeSet;
use std::sync::Arc;

use landfall::config::Config;

use super::warm;
use crate::load::Visitor;
use crate::node::RENDERED;
use crate::support::{Node, SetClock, eventually, options, patient, services, site};

const ASKED: &str = "landfall_vector_query_duration_seconds_count";
/// Visitors who come at the same moment.
const CROWD: usize = 200;

/// Connects a crowd, lets all of them ask and only then reads what they get.
fn crowd(node: &Node, target: &str) -> BTreeSet<(String, Vec<u8>)> {
    let mut visitors: Vec<_> = (0..CROWD).map(|_| Visitor::connect(node.address)).collect();
    for visitor in &mut visitors {
        visitor.ask(target, &[]).expect("the connection is open");
    }
    let answers = visitors.iter_mut().map(|visitor| {
        let answer = visitor.read().expect("an answer comes");
        assert_eq!(answer.status, 200);
        (answer.header("x-content-cache").to_owned(), answer.body)
    });
    answers.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_want_the_same_page_first_wait_for_one_rendering() {
    let (database, _) = site().await;
    let node = database.patient_node().await;
    let seen = crowd(&node, "/pricing?segment=enterprise");
    let bodies: BTreeSet<&[u8]> = seen.iter().map(|(_, body)| &**body).collect();
    assert_eq!(bodies.len(), 1);
    let html = String::from_utf8_lossy(bodies.first().expect("there is one"));
    assert!(html.contains("Prices for enterprises"));
    let made = [RENDERED, ASKED].map(|name| node.metric(name).to_string());
    assert_eq!(made, ["1", "1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_want_the_same_page_first_share_the_work() {
    let (database, _) = site().await;
    let nodes = [database.patient_node().await, database.patient_node().await];
    let targets = [
        "smb",
        "enterprise",
        "dach",
        "returning",
        "mobile",
        "default",
    ];
    let mut tags = BTreeSet::new();
    for segment in targets {
        for language in ["", "/de"] {
            let target = format!("{language}/pricing?segment={segment}");
            let mut visitors = [0, 1].map(|node| Visitor::connect(nodes[node].address));
            for visitor in &mut visitors {
                visitor.ask(&target, &[]).expect("the connection is open");
            }
            let [one, other] = visitors.map(|mut visitor| visitor.read().expect("an answer"));
            assert!(one.status == 200 && one.body == other.body, "{target}");
            tags.insert(one.header("etag").to_owned());
        }
    }
    let both = |name: &str| nodes.iter().map(|node| node.metric(name)).sum::<f64>();
    let locks = |outcome: &str| {
        both(&format!(
            "landfall_redis_locks_total{{outcome=\"{outcome}\"}}"
        ))
    };
    let (rendered, spared, given_up) = (both(RENDERED), locks("spared"), locks("given_up"));
    let bodies = f64::from(u32::try_from(tags.len()).expect("few"));
    let unwell: f64 = ["get", "lock", "set"]
        .iter()
        .map(|command| {
            both(&format!(
                "landfall_redis_errors_total{{command=\"{command}\"}}"
            ))
        })
        .sum();
    eprintln!(
        "{bodies} bodies on two nodes: {rendered} renderings, {spared} spared, {given_up} not waited for"
    );
    // Made a second time is only what somebody gave up waiting for or could not ask about, and now
    // and then what was stored between a node's look for it and its lock.
    let between = bodies / 3.0;
    assert!(rendered >= bodies && rendered <= bodies + given_up + unwell + between);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_has_rendered_no_other_renders() {
    let (database, _) = site().await;
    let first = warm(&database).await;
    let second = database.patient_node().await;
    for target in [
        "/pricing?segment=smb",
        "/pricing?segment=mobile",
        "/de/pricing?segment=dach",
    ] {
        let there = first.get(target, &[]);
        let here = eventually("an answer from Redis", || {
            let answer = second.get(target, &[]);
            (answer.header("x-content-cache") == "HIT").then_some(answer)
        })
        .await;
        assert!(here.body == there.body, "{target}");
    }
    assert!(second.metric(RENDERED) < 0.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_page_is_sent_to_all_and_made_again_once() {
    let (database, _) = site().await;
    let clock = Arc::new(SetClock::default());
    let config = Config {
        cache_fresh_seconds: 600,
        cache_stale_seconds: 6_000,
        ..patient(&database.url)
    };
    let redis = &services().redis_url;
    let node = Node::boot_by(clock.clone(), config, redis, options(), |router| router).await;
    let target = "/pricing?segment=returning";
    let fresh = node.settled(target, &[]).await;

    clock.set(1_000);
    let seen = crowd(&node, target);
    // Never a miss; whoever comes after the refreshing gets a fresh one.
    let how: BTreeSet<&str> = seen.iter().map(|(cache, _)| &**cache).collect();
    assert!(how.contains("STALE") && !how.contains("MISS"), "{how:?}");
    assert!(seen.iter().all(|(_, body)| *body == fresh.body));
    let again = node.settled(target, &[]).await;
    assert_eq!(again.header("x-content-source"), "memory");
    let made = [RENDERED, ASKED].map(|name| node.metric(name).to_string());
    assert_eq!(made, ["2", "2"]);

    // Beyond its time it is nobody's any more.
    clock.set(8_000);
    let late = node.get(target, &[]);
    assert_eq!(late.header("x-content-cache"), "MISS");
    assert!(late.body == fresh.body);
}
