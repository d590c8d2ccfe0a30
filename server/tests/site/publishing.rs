//! What is published is seen, everywhere and at its time.

use std::time::Duration;

use engine::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::support::{CONTENT, eventually, site};

/// The tests' pages with another default headline.
fn renamed(headline: &str) -> String {
    let pages = CONTENT
        .lines()
        .filter(|line| line.starts_with(r#"{"kind":"page""#));
    let renamed: Vec<String> = pages
        .map(|line| {
            let mut page: Value = serde_json::from_str(line).expect("it is JSON");
            page["contents"]["en"]["blocks"][0]["headline"] = json!(headline);
            page.to_string()
        })
        .collect();
    renamed.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_seen_on_every_node_and_in_one_step() {
    let (database, first) = site().await;
    let second = database.node().await;
    for node in [&first, &second] {
        node.settled("/pricing", &[]).await;
        node.settled("/landing/routes", &[]).await;
    }
    database.import(&renamed("News for everyone")).await;
    for node in [&first, &second] {
        eventually("the new headline", || {
            let pricing = node.get("/pricing", &[]).h1();
            let routes = node.get("/landing/routes", &[]).h1();
            // Asked for later, the other page cannot be the older one.
            if pricing == "News for everyone" {
                assert_eq!(routes, "News for everyone");
                return Some(());
            }
            assert_eq!(pricing, "Prices for everyone");
            None
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_variant_appears_by_itself_and_not_before_its_time() {
    let (database, node) = site().await;
    let shown = || node.get("/landing/routes?segment=smb", &[]).h1();
    node.settled("/landing/routes?segment=smb", &[]).await;
    let start = SystemClock.now() + Duration::from_secs(3);
    let starts_at = start.format(&Rfc3339).expect("a date of this century");
    let variant = json!({
        "kind": "variant", "id": "soon", "page": "routes", "segment": "smb", "locale": "en", "name": "Soon",
        "status": "scheduled", "starts_at": starts_at,
        "content": {"blocks": [{"type": "hero", "id": "hero", "headline": "Here at last"}]}
    });
    database.import(&format!("{variant}\n")).await;
    eventually("the scheduled variant", || {
        let heading = shown();
        if heading == "Here at last" {
            assert!(SystemClock.now() >= start);
            return Some(());
        }
        assert_eq!(heading, "Rounds for everyone");
        None
    })
    .await;
}
