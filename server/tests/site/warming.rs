//! Caches are filled before anybody asks, once, and kept while they are renewed.

mod cluster;
mod once;

use std::collections::BTreeSet;

use landfall::config::Config;
use serde_json::Value;

use crate::faults::{redis, resp};
use crate::node::RENDERED;
use crate::support::{CONTENT, Database, Node, config, eventually, options, services, site};

const SEGMENTS: [&str; 9] = [
    "default",
    "smb",
    "enterprise",
    "dach",
    "returning",
    "mobile",
    "with-draft",
    "with-plan",
    "with-past",
];
/// Segments and languages: the decisions about one page.
const DECISIONS: f64 = 18.0;

async fn warm(database: &Database) -> Node {
    warm_with(database, &services().redis_url).await
}

async fn warm_with(database: &Database, redis_url: &str) -> Node {
    let config = Config {
        warm_concurrency: 1,
        ..config(&database.url)
    };
    let node = Node::boot_with(config, redis_url, options(), |router| router).await;
    is_warm(&node).await;
    node
}

async fn is_warm(node: &Node) {
    eventually("the warmer", || {
        let done = node.metric("landfall_warm_done");
        let total = node.metric("landfall_warm_total");
        (total > 0.0 && (done - total).abs() < 0.5).then_some(())
    })
    .await;
}

/// How many values of a kind the warmer has put into memory.
fn warmed(node: &Node, kind: &str) -> f64 {
    node.metric(&format!("landfall_warm_values_total{{kind=\"{kind}\"}}"))
}

/// Asks for a page in every language for every segment; returns how many different answers there are.
fn bodies_in_memory(node: &Node, page: &str) -> f64 {
    let mut tags = BTreeSet::new();
    for segment in SEGMENTS {
        for language in ["", "/de"] {
            let target = format!("{language}{page}?segment={segment}");
            let answer = node.get(&target, &[]);
            let came = ["x-content-cache", "x-content-source"].map(|name| answer.header(name));
            assert_eq!(came, ["HIT", "memory"], "{target}");
            tags.insert(answer.header("etag").to_owned());
        }
    }
    f64::from(u32::try_from(tags.len()).expect("few"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_in_memory_before_the_first_visitor_comes() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let node = warm(&database).await;
    let total = node.metric("landfall_warm_total");
    assert!((total - 2.0 * DECISIONS).abs() < 0.5, "{total}");
    assert!((warmed(&node, "decision") - total).abs() < 0.5);
    let bodies = bodies_in_memory(&node, "/pricing") + bodies_in_memory(&node, "/landing/routes");
    let rendered = warmed(&node, "rendered");
    assert!((rendered - bodies).abs() < 0.5, "{rendered} of {bodies}");
    assert!(node.metric(RENDERED) < 0.5, "visitors rendered nothing");

    // A publication is warmed in its turn, without a visitor, and nothing else with it.
    let changed = CONTENT.replace("Prices for small companies", "Prices after warming");
    database.import(&changed).await;
    eventually("the publication", || {
        (warmed(&node, "decision") > total).then_some(())
    })
    .await;
    is_warm(&node).await;
    assert_eq!(
        node.get("/pricing?segment=smb", &[]).h1(),
        "Prices after warming"
    );
    let bodies = bodies_in_memory(&node, "/pricing");
    bodies_in_memory(&node, "/landing/routes");
    let more = [
        warmed(&node, "decision") - total,
        warmed(&node, "rendered") - rendered,
    ];
    assert!(
        (more[0] - DECISIONS).abs() < 0.5 && (more[1] - bodies).abs() < 0.5,
        "{more:?} for {bodies} bodies"
    );
    assert!(node.metric(RENDERED) < 0.5);

    // Another node takes what is there.
    let second = warm(&database).await;
    assert!(warmed(&second, "rendered") < 0.5 && warmed(&second, "fetched") > 0.0);
}

/// The small site with some more pages, like the first.
fn with_more_pages(count: usize) -> String {
    let page = CONTENT
        .lines()
        .find(|line| line.starts_with(r#"{"kind":"page","id":"pricing""#));
    let page: Value = serde_json::from_str(page.expect("there is one")).expect("it is JSON");
    let more = (1..=count).map(|number| {
        let mut page = page.clone();
        page["id"] = format!("more-{number}").into();
        page["path"] = format!("/more/{number}").into();
        page.to_string()
    });
    [CONTENT.trim_end().to_owned()]
        .into_iter()
        .chain(more)
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_visited_pages_are_warmed_first_by_counts_that_outlive_the_node() {
    let database = Database::create().await;
    database.import(&with_more_pages(4)).await;
    let instance = database.query("SELECT instance FROM catalog_state");
    let visited = database.patient_node().await;
    let by_visits = ["/more/3", "/landing/routes", "/more/1", "/more/4"];
    for (page, visits) in by_visits.iter().zip([12, 9, 6, 3]) {
        for _ in 0..visits {
            visited.get(page, &[]);
        }
    }
    visited.retire().await;
    let counted = redis(&["ZCARD", &format!("landfall:2:{instance}:visits")]);
    assert_eq!(counted, ":4\r\n");

    let end = format!("{instance} is warm");
    let overheard = resp::overhear(&services().redis_url, end.clone());
    let _node = warm(&database).await;
    redis(&["ECHO", &end]);
    let commands = overheard.join().expect("the server is overheard");
    let mut order: Vec<String> = Vec::new();
    for command in commands
        .iter()
        .filter(|command| command.contains(&instance))
    {
        // The page's number stands in the name of each decision, behind the revision.
        let page = command
            .split_once("{d:")
            .and_then(|(_, name)| name.split(':').nth(1));
        if let Some(page) = page
            && command.contains("\"SETEX\"")
            && !order.iter().any(|known| known == page)
        {
            order.push(page.to_owned());
        }
    }
    let paths: Vec<String> = order
        .iter()
        .map(|id| database.query(&format!("SELECT path FROM pages WHERE id = {id}")))
        .collect();
    assert_eq!(paths.len(), 6, "{paths:?}");
    assert_eq!(&paths[..4], &by_visits);
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_just_before_a_publication_are_not_lost() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let instance = database.query("SELECT instance FROM catalog_state");
    let node = warm(&database).await;
    let warmed_before = warmed(&node, "decision");
    let pages = ["/pricing", "/landing/routes"];
    for page in pages.iter().cycle().take(14) {
        node.get(page, &[]);
    }
    // The decisions that counted the visits of the first page are dropped, those of the other stay.
    let changed = CONTENT.replace("Prices for small companies", "Prices after counting");
    database.import(&changed).await;
    eventually("the publication", || {
        (warmed(&node, "decision") > warmed_before).then_some(())
    })
    .await;
    node.retire().await;
    let [dropped, kept] = pages.map(|page| {
        let place = database.query(&format!(
            "SELECT p.id || ':' || s.id || ':en' FROM pages p, segments s
             WHERE p.path = '{page}' AND s.key = 'default'"
        ));
        let set = format!("landfall:2:{instance}:visits");
        let score = redis(&["ZSCORE", &set, &place]);
        let number = score.lines().last().and_then(|line| line.parse().ok());
        number.unwrap_or(0.0_f64)
    });
    // Those collected some seconds later weigh a trifle more.
    let ratio = dropped / kept;
    assert!((ratio - 1.0).abs() < 0.01, "{dropped} beside {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_are_counted_while_the_node_runs() {
    let (database, node) = site().await;
    let instance = database.query("SELECT instance FROM catalog_state");
    for _ in 0..5 {
        node.settled("/landing/routes?segment=enterprise", &[])
            .await;
    }
    let place = database.query(
        "SELECT p.id || ':' || s.id || ':en' FROM pages p, segments s
         WHERE p.path = '/landing/routes' AND s.key = 'enterprise'",
    );
    let set = format!("landfall:2:{instance}:visits");
    eventually("the count", || {
        let score = redis(&["ZSCORE", &set, &place]);
        (!score.starts_with('_') && !score.starts_with("$-1")).then_some(())
    })
    .await;
}
