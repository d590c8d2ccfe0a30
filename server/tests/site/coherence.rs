//! What is published is seen everywhere, whole, and in order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engine::clock::{Clock as _, SystemClock};
use engine::store::Store;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::load::Visitor;
use crate::support::{CONTENT, Database, Node, eventually, site};

/// Publications that are watched.
const PUBLICATIONS: u32 = 30;

/// A page and a variant of it that both carry the number: the page as its description, the variant as its headline.
fn numbered(number: u32) -> String {
    let mut page: Value = CONTENT
        .lines()
        .find(|line| line.starts_with(r#"{"kind":"page","id":"pricing""#))
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .expect("there is one");
    page["contents"]["en"]["description"] = format!("page {number}.").into();
    let variant = json!({
        "kind": "variant", "id": "pricing--smb--en", "page": "pricing", "segment": "smb", "locale": "en",
        "name": "Prices for small companies",
        "content": {"blocks": [{"type": "hero", "id": "hero", "headline": format!("variant {number}.")}]}
    });
    format!("{page}\n{variant}\n")
}

/// The numbers of page and variant that a document shows.
fn numbers(document: &str) -> Option<(u32, u32)> {
    let after = |word: &str| {
        let (_, rest) = document.split_once(word)?;
        rest.split_once('.')?.0.parse().ok()
    };
    Some((after("page ")?, after("variant ")?))
}

/// Watches a node until told to stop; returns when each number was first seen.
fn watch(node: &Node, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<Vec<(u32, Instant)>> {
    let (address, stop) = (node.address, Arc::clone(stop));
    std::thread::spawn(move || {
        let mut visitor = Visitor::connect(address);
        let mut seen: Vec<(u32, Instant)> = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let answer = visitor.get("/pricing?segment=smb").expect("a page");
            // The default content may stand in on a busy machine; it says nothing of the variant.
            if let Some((page, variant)) = numbers(answer.text()) {
                assert_eq!(page, variant, "one answer mixes two publications");
                let last = seen.last().map_or(0, |(number, _)| *number);
                assert!(page >= last, "{page} after {last}");
                if page > last {
                    seen.push((page, Instant::now()));
                }
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        seen
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_mixes_two_publications_and_none_is_missed_on_three_nodes() {
    let (database, first) = site().await;
    let nodes = [first, database.node().await, database.node().await];
    let stop = Arc::new(AtomicBool::new(false));
    let watchers: Vec<_> = nodes.iter().map(|node| watch(node, &stop)).collect();
    let mut committed = Vec::new();
    for number in 1..=PUBLICATIONS {
        database.import(&numbered(number)).await;
        committed.push(Instant::now());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for node in &nodes {
        eventually("the last publication", || {
            let answer = node.get("/pricing?segment=smb", &[]);
            (numbers(answer.text()) == Some((PUBLICATIONS, PUBLICATIONS))).then_some(())
        })
        .await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut delays = Vec::new();
    for watcher in watchers {
        let seen = watcher.join().expect("no answer was wrong");
        for (number, when) in seen {
            delays.push(when.saturating_duration_since(committed[number as usize - 1]));
        }
    }
    delays.sort_unstable();
    eprintln!(
        "from import to visible on three nodes: median {:?}, longest {:?} of {}",
        delays[delays.len() / 2],
        delays.last(),
        delays.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_publish_the_same_page_at_once_both_succeed() {
    let (database, first) = site().await;
    let nodes = [first, database.node().await];
    let other = Database {
        store: Store::connect(&database.url, 2).await.expect("it runs"),
        url: database.url.clone(),
    };
    // Heading and closing words, both of the same publication.
    let variant = |segment: &str, number: u32| {
        let words = format!("{segment} {number}");
        json!({
            "kind": "variant", "id": format!("pricing--{segment}--en"), "page": "pricing", "segment": segment,
            "locale": "en", "name": segment,
            "content": {"blocks": [
                {"type": "hero", "id": "hero", "headline": words},
                {"type": "cta", "id": "cta", "heading": words, "primary": {"label": "Go", "url": "/pricing"}},
            ]}
        })
        .to_string()
    };
    for number in 1..=20 {
        let (smb, mobile) = (variant("smb", number), variant("mobile", number));
        tokio::join!(database.import(&smb), other.import(&mobile));
        for (node, segment) in nodes
            .iter()
            .flat_map(|node| [(node, "smb"), (node, "mobile")])
        {
            let expected = format!("{segment} {number}");
            eventually(&expected, || {
                let answer = node.get(&format!("/pricing?segment={segment}"), &[]);
                let heading = answer.h1();
                if heading != "Prices for everyone" && number > 1 {
                    assert_eq!(answer.select("#cta h2"), [heading.as_str()]);
                }
                (heading == expected).then_some(())
            })
            .await;
        }
    }
}

/// A variant for small companies that is shown until `end`.
fn offer_until(end: OffsetDateTime) -> String {
    let offer = json!({
        "kind": "variant", "id": "offer", "page": "routes", "segment": "smb", "locale": "en", "name": "Offer",
        "ends_at": end.format(&Rfc3339).expect("a date of this century"),
        "content": {"blocks": [{"type": "hero", "id": "hero", "headline": "Only for a moment"}]}
    });
    format!("{offer}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_comes_by_itself_and_priorities_and_conditions_follow() {
    let (database, first) = site().await;
    let nodes = [first, database.node().await];
    let shown = async |target: &str, expected: &str| {
        for node in &nodes {
            eventually(expected, || {
                let answer = node.get(target, &[("CF-IPCountry", "DE")]);
                (answer.h1() == expected).then_some(())
            })
            .await;
        }
    };
    let far = SystemClock.now() + Duration::from_hours(1);
    database.import(&offer_until(far)).await;
    shown("/landing/routes?segment=smb", "Only for a moment").await;
    let end = SystemClock.now() + Duration::from_secs(2);
    database.import(&offer_until(end)).await;
    shown("/landing/routes?segment=smb", "Rounds for everyone").await;
    assert!(SystemClock.now() >= end);

    // From Google and from Germany: the smaller priority decides.
    shown("/pricing?utm_source=google", "Prices for small companies").await;
    let segments = |change: &dyn Fn(&mut Value)| {
        let lines: Vec<String> = CONTENT
            .lines()
            .filter(|line| line.starts_with(r#"{"kind":"segment""#))
            .map(|line| {
                let mut segment: Value = serde_json::from_str(line).expect("it is JSON");
                change(&mut segment);
                segment.to_string()
            })
            .collect();
        lines.join("\n")
    };
    let before = segments(&|segment| {
        if segment["key"] == "dach" {
            segment["priority"] = 15.into();
        }
    });
    database.import(&before).await;
    shown("/pricing?utm_source=google", "Prices with contract papers").await;
    let narrower = segments(&|segment| {
        if segment["key"] == "dach" {
            segment["priority"] = 15.into();
            segment["condition"] = json!({"geo.country": "CH"});
        }
    });
    database.import(&narrower).await;
    shown("/pricing?utm_source=google", "Prices for small companies").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_holds_without_a_visitor_and_an_archived_variant_is_gone_everywhere() {
    let (database, first) = site().await;
    let nodes = [first, database.node().await];
    let end = SystemClock.now() + Duration::from_secs(2);
    database.import(&offer_until(end)).await;
    let late = eventually("the end", || {
        let end = end.unix_timestamp_nanos() / 1_000;
        let held = format!("SELECT extract(epoch FROM as_of) - {end} / 1e6 FROM catalog_state");
        let late: f64 = database.query(&held).parse().expect("seconds");
        (late >= 0.0).then_some(late)
    })
    .await;
    eprintln!("a schedule's end held {late:.3} s after its time");
    let revision: f64 = database
        .query("SELECT revision FROM catalog_state")
        .parse()
        .expect("a number");
    for node in &nodes {
        eventually("its revision", || {
            (node.metric("landfall_catalog_revision") >= revision).then_some(())
        })
        .await;
        let answer = node.get("/landing/routes?segment=smb", &[]);
        assert_eq!(answer.h1(), "Rounds for everyone");
    }

    for node in &nodes {
        let answer = node.settled("/pricing?segment=mobile", &[]).await;
        assert_eq!(answer.h1(), "Prices for the pocket");
    }
    let mut archived: Value = CONTENT
        .lines()
        .find(|line| line.contains(r#""id":"pricing--mobile--en""#))
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .expect("there is one");
    archived["status"] = "archived".into();
    database.import(&format!("{archived}\n")).await;
    for node in &nodes {
        eventually("the page for everyone", || {
            let answer = node.get("/pricing?segment=mobile", &[]);
            (answer.h1() == "Prices for everyone").then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_touches_its_own_page_only() {
    let (database, node) = site().await;
    for target in ["/pricing?segment=smb", "/landing/routes?segment=enterprise"] {
        node.settled(target, &[]).await;
    }
    database.import(&numbered(1)).await;
    eventually("the publication", || {
        let answer = node.get("/pricing?segment=smb", &[]);
        answer.text().contains("variant 1.").then_some(())
    })
    .await;
    let untouched = node.get("/landing/routes?segment=enterprise", &[]);
    let came: BTreeSet<_> = ["x-content-cache", "x-content-source"]
        .map(|name| untouched.header(name).to_owned())
        .into();
    assert_eq!(
        came,
        BTreeSet::from(["HIT".to_owned(), "memory".to_owned()])
    );
}
