//! Caches are filled before anybody asks, once, and kept while they are renewed.

use std::time::Duration;

use landfall::config::Config;

use crate::load::Visitor;
use crate::support::{CONTENT, Database, Node, config, eventually, options, services, site};

const RENDERED: &str = "landfall_render_duration_seconds_count";

async fn boot(config: Config) -> Node {
    Node::boot_with(config, &services().redis_url, options(), |router| router).await
}

async fn warm(database: &Database) -> Node {
    let node = boot(Config {
        warm_concurrency: 1,
        ..config(&database.url)
    })
    .await;
    is_warm(&node).await;
    node
}

async fn is_warm(node: &Node) {
    eventually("the warmer", || {
        let (done, total) = (
            node.metric("landfall_warm_done"),
            node.metric("landfall_warm_total"),
        );
        (total > 0.0 && (done - total).abs() < 0.5).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_in_memory_before_the_first_visitor_comes() {
    let (database, _) = site().await;
    let node = warm(&database).await;
    // Two pages, nine segments, two languages.
    assert!((node.metric("landfall_warm_total") - 36.0).abs() < 0.5);
    for page in [
        "/pricing",
        "/landing/routes",
        "/de/pricing",
        "/de/landing/routes",
    ] {
        for segment in [
            "default",
            "smb",
            "enterprise",
            "dach",
            "returning",
            "mobile",
            "with-draft",
        ] {
            let target = format!("{page}?segment={segment}");
            let answer = node.get(&target, &[]);
            assert_eq!(
                (
                    answer.header("x-content-cache"),
                    answer.header("x-content-source")
                ),
                ("HIT", "memory"),
                "{target}"
            );
        }
    }
    assert!(node.metric(RENDERED) < 0.5, "visitors rendered nothing");

    // A publication is warmed in its turn, without a visitor.
    let changed = CONTENT.replace("Prices for small companies", "Prices after warming");
    database.import(&changed).await;
    eventually("the publication", || {
        let answer = node.get("/pricing?segment=smb", &[]);
        (answer.h1() == "Prices after warming").then_some(())
    })
    .await;
    is_warm(&node).await;
    let other = node.get("/pricing?segment=mobile", &[]);
    assert_eq!(other.header("x-content-source"), "memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_has_rendered_no_other_renders() {
    let (database, _) = site().await;
    let first = warm(&database).await;
    let second = boot(config(&database.url)).await;
    let answer = second.in_time("/pricing?segment=smb", &[]).await;
    assert_eq!(answer.body, first.get("/pricing?segment=smb", &[]).body);
    eventually("Redis", || {
        second.get("/pricing?segment=mobile", &[]);
        second.get("/de/pricing?segment=dach", &[]);
        (second.metric("landfall_redis_lookups_total{outcome=\"hit\"}") >= 4.0).then_some(())
    })
    .await;
    assert!(second.metric(RENDERED) < 0.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_who_want_the_same_page_first_wait_for_one_rendering() {
    let (_database, node) = site().await;
    let visitors: Vec<_> = (0..100)
        .map(|_| {
            let address = node.address;
            std::thread::spawn(move || {
                let mut visitor = Visitor::connect(address);
                visitor
                    .get("/pricing?segment=enterprise")
                    .expect("a page")
                    .status
            })
        })
        .collect();
    for visitor in visitors {
        assert_eq!(visitor.join().expect("it does not panic"), 200);
    }
    node.settled("/pricing?segment=enterprise", &[]).await;
    assert!(
        (node.metric(RENDERED) - 1.0).abs() < 0.5,
        "{}",
        node.metric(RENDERED)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_page_is_sent_while_it_is_made_again() {
    let (database, _) = site().await;
    let node = boot(Config {
        cache_fresh_seconds: 2,
        cache_stale_seconds: 600,
        ..config(&database.url)
    })
    .await;
    let target = "/pricing?segment=returning";
    let fresh = node.settled(target, &[]).await;
    let rendered = node.metric(RENDERED);
    let stale = eventually("staleness", || {
        let answer = node.get(target, &[]);
        (answer.header("x-content-cache") == "STALE").then_some(answer)
    })
    .await;
    assert_eq!((stale.status, &stale.body), (200, &fresh.body));
    assert_eq!(stale.header("x-content-source"), "memory");
    // Decision and body may come of age a second apart. Neither is ever missed.
    let again = eventually("the new rendering", || {
        let answer = node.get(target, &[]);
        let result = answer.header("x-content-cache");
        assert!(["STALE", "HIT"].contains(&result), "{result}");
        (node.metric(RENDERED) > rendered).then_some(answer)
    })
    .await;
    assert_eq!(again.body, fresh.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_are_counted_for_the_warmer_and_survive_the_node() {
    let (database, node) = site().await;
    let instance = database.query("SELECT instance FROM catalog_state");
    for _ in 0..5 {
        node.settled("/landing/routes?segment=enterprise", &[])
            .await;
    }
    let ids = database.query(
        "SELECT p.id || ':' || s.id || ':en' FROM pages p, segments s
         WHERE p.path = '/landing/routes' AND s.key = 'enterprise'",
    );
    let set = format!("landfall:2:{instance}:visits");
    tokio::time::sleep(Duration::from_secs(9)).await;
    eventually("the count", || {
        let score = crate::faults::redis(&["ZSCORE", &set, &ids]);
        (!score.starts_with('_') && !score.starts_with("$-1")).then_some(())
    })
    .await;
}
