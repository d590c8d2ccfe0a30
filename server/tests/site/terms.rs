//! Campaign terms: learnt while a visitor waits, remembered when they come again, never in the way.

use std::time::Instant;

use landfall::config::Config;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::desk::support::{Role, Site};
use crate::support::{CONTENT, Database, Node, config, options, patient, services, site};

const COLD: &str = "/landing/routes?utm_term=cold+chain+monitoring";
const COLD_HEADING: &str = "Cold chain monitoring for refrigerated vans";
const EVERYONE: &str = "Rounds for everyone";
const NO_REDIS: &str = "redis://127.0.0.1:1/";

/// How many terms a node's model had to embed.
fn embedded(node: &Node) -> f64 {
    node.metric("landfall_terms_learnt_total{source=\"model\"}")
}

fn terms(database: &Database) -> String {
    database.query("SELECT text FROM campaign_terms ORDER BY text")
}

/// Two visitors with one term. The first answer of all may have come before the term was heard.
async fn heard_twice(node: &Node) -> Answer {
    node.settled(COLD, &[]).await;
    node.settled(COLD, &[]).await
}

async fn boot(config: Config, redis_url: &str) -> Node {
    Node::boot_with(config, redis_url, options(), |router| router).await
}

/// The tests' site with a page of rounds that ignores terms.
fn deaf() -> String {
    let records = CONTENT.lines().map(|line| {
        let mut record: Value = serde_json::from_str(line).expect("it is JSON");
        if record["kind"] == "page" && record["id"] == "routes" {
            record["terms"] = json!(false);
        }
        record.to_string()
    });
    records.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_came_twice_is_remembered_by_a_restart_and_by_other_nodes() {
    let (database, first) = site().await;
    let other = database.patient_node().await;
    let answer = heard_twice(&first).await;
    assert_eq!(answer.h1(), COLD_HEADING);
    assert!(embedded(&first) >= 1.0);
    first.retire().await;
    assert_eq!(terms(&database), "cold chain monitoring");
    let row = database.query(
        "SELECT uses >= 2, first_seen <= last_seen, p.external_id, s.key
         FROM campaign_terms t JOIN pages p ON p.id = t.page_id JOIN segments s ON s.id = t.segment_id",
    );
    assert_eq!(row, "t|t|routes|default");

    // A database that answers late is not waited for, and the model is asked instead.
    let without_redis = boot(patient(&database.url), NO_REDIS).await;
    let restarted = database.patient_node().await;
    for node in [&other, &restarted, &without_redis] {
        assert_eq!(node.settled(COLD, &[]).await.h1(), COLD_HEADING);
        assert!(embedded(node) < 1.0, "it was known");
    }
    without_redis.retire().await;
    let uses = database.query("SELECT uses >= 3 FROM campaign_terms");
    assert_eq!(uses, "t", "uses of all nodes add up");
}

#[tokio::test(flavor = "multi_thread")]
async fn invented_terms_are_neither_remembered_nor_all_embedded() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let config = Config {
        campaign_terms_per_second: 1,
        ..config(&database.url)
    };
    let began = Instant::now();
    let node = boot(config, &services().redis_url).await;
    for number in 0..200 {
        let target = format!("/landing/routes?utm_term=q{number}q+nonsense");
        assert_eq!(node.get(&target, &[]).status, 200);
    }
    let found = embedded(&node);
    let allowed = 21.0 + began.elapsed().as_secs_f64();
    assert!(found <= allowed, "{found} embedded where {allowed} may be");
    // One of them comes again, with the others long forgotten by whoever invented them.
    heard_twice(&node).await;
    node.retire().await;
    assert_eq!(terms(&database), "cold chain monitoring");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terms_used_last_are_kept_and_the_vectors_of_pages_and_segments_stay() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let vectors = "SELECT count(*) FROM query_embeddings";
    let before: i64 = database.query(vectors).parse().expect("a number");
    // One that reads like a segment's description.
    let described =
        database.query("SELECT lower(rtrim(description, '.')) FROM segments WHERE key = 'mobile'");
    database.query(
        "UPDATE segments SET description = lower(rtrim(description, '.')) WHERE key = 'mobile'",
    );
    let of_segment = format!(
        "INSERT INTO query_embeddings (space_version, text_hash, embedding)
         SELECT space_version, sha256('{described}'), embedding FROM query_embeddings LIMIT 1"
    );
    database.query(&of_segment);
    for (number, text) in [described.as_str(), "old", "older", "recent"]
        .iter()
        .enumerate()
    {
        database.query(&format!(
            "INSERT INTO campaign_terms (text_hash, text, uses, first_seen, last_seen)
             VALUES (sha256('{text}'), '{text}', 1, now() - interval '9 days', now() - interval '{} days')",
            9 - number
        ));
        database.query(&format!(
            "INSERT INTO query_embeddings (space_version, text_hash, embedding)
             SELECT space_version, sha256('{text}'), embedding FROM query_embeddings LIMIT 1
             ON CONFLICT DO NOTHING"
        ));
    }
    let config = Config {
        campaign_terms: 2,
        ..config(&database.url)
    };
    let node = boot(config, &services().redis_url).await;
    heard_twice(&node).await;
    node.retire().await;
    assert_eq!(terms(&database), "cold chain monitoring\nrecent");
    let after: i64 = database.query(vectors).parse().expect("a number");
    assert_eq!(after, before + 3, "two terms, and the description's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_can_ignore_campaign_terms() {
    let database = Database::create().await;
    database.import(&deaf()).await;
    let node = database.node().await;
    assert_eq!(node.settled(COLD, &[]).await.h1(), EVERYONE);
    assert!(embedded(&node) < 1.0, "nobody asked what it means");
    database.import(CONTENT).await;
    let answer = crate::support::eventually("the page hears terms", || {
        let answer = node.get(COLD, &[]);
        (answer.h1() == COLD_HEADING).then_some(answer)
    })
    .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editor_of_a_page_says_whether_it_hears_terms() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let node = database.node().await;
    let site = Site { database, node };
    let publisher = site.sign_in(Role::Publisher).await;
    let id = site
        .database
        .query("SELECT id FROM pages WHERE external_id = 'routes'");
    let screen = format!("/admin/pages/{id}");
    let ignored = |answer: &Answer| answer.select("input[name=ignore_terms][checked]").len();
    assert_eq!(ignored(&site.open(&publisher, &screen)), 0);
    site.database.import(&deaf()).await;
    assert_eq!(ignored(&site.open(&publisher, &screen)), 1);
}
