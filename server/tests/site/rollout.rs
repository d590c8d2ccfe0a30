//! A page is shown personally to a share of its visitors.

use domain::cache_key::Arm;
use domain::rollout::arm;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::command::{on, succeed};
use crate::support::{CONTENT, Database, Node, eventually};

const FROM_CAMPAIGN: &str = "/pricing?utm_source=linkedin";
const CRAWLER: (&str, &str) = (
    "User-Agent",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
);

/// The tests' site with this rollout of its prices.
pub(crate) fn with_rollout(percent: f64) -> String {
    let records: Vec<String> = CONTENT
        .lines()
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).expect("it is JSON");
            if record["kind"] == "page" && record["id"] == "pricing" {
                record["rollout"] = json!(percent);
            }
            record.to_string()
        })
        .collect();
    records.join("\n")
}

async fn site_with_rollout(percent: f64) -> (Database, Node) {
    let database = Database::create().await;
    database.import(&with_rollout(percent)).await;
    let node = database.node().await;
    (database, node)
}

/// The ids of some visitors.
fn ids() -> impl Iterator<Item = String> {
    (1..=30).map(|number: u128| format!("{:032x}", number * 0x9e37_79b9_7f4a_7c15))
}

fn agreed(id: &str) -> String {
    format!("landfall_consent=yes; landfall_id={id}")
}

/// The ids that an answer gives.
fn given(answer: &Answer) -> Vec<&str> {
    let set = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    set.filter_map(|(_, cookie)| cookie.strip_prefix("landfall_id="))
        .collect()
}

fn check(answer: &Answer, expected: Arm) {
    let (name, heading) = match expected {
        Arm::Personalised => ("personalised", "Prices for enterprises"),
        Arm::Holdout => ("holdout", "Prices for everyone"),
    };
    assert_eq!(
        (
            answer.header("x-content-arm"),
            answer.h1().as_str(),
            answer.header("x-content-variant")
        ),
        (name, heading, "enterprise")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn raising_the_share_lets_visitors_in_and_nobody_out() {
    let (database, node) = site_with_rollout(0.0).await;
    let mut inside = Vec::new();
    for percent in [0.0, 40.0, 70.0, 100.0] {
        database.import(&with_rollout(percent)).await;
        for id in ids() {
            let cookie = agreed(&id);
            let expected = arm("pricing", percent, Some(&id));
            // The import reaches the node a moment later.
            let answer = eventually("the new share", || {
                let answer = node.get(FROM_CAMPAIGN, &[("Cookie", &cookie)]);
                let settled = answer.header("x-content-cache") == "HIT";
                (settled && answer.header("x-content-arm") == expected.as_str()).then_some(answer)
            })
            .await;
            check(&answer, expected);
            assert_eq!(given(&answer), [""; 0]);
            if expected == Arm::Personalised {
                inside.push(id);
            } else {
                assert!(!inside.contains(&id), "{id} was inside before");
            }
        }
    }
    // None of them at 0, all of them at 100, and some in between.
    assert!(inside.len() > 2 * 30, "{}", inside.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_agrees_gets_an_id_and_is_assigned_by_it_at_once() {
    let (_database, node) = site_with_rollout(50.0).await;
    for cookie in [
        "landfall_consent=yes",
        "landfall_consent=yes; landfall_id=<script>",
        "landfall_consent=yes; landfall_id=0123456789ABCDEF0123456789ABCDEF",
    ] {
        let answer = node.in_time(FROM_CAMPAIGN, &[("Cookie", cookie)]).await;
        let set = given(&answer);
        assert_eq!(set.len(), 1, "{answer:?}");
        let (id, attributes) = set[0].split_once("; ").expect("it has attributes");
        assert!(id.len() == 32 && id.bytes().all(|b| b"0123456789abcdef".contains(&b)));
        assert_eq!(
            attributes,
            "Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        let expected = arm("pricing", 50.0, Some(id));
        check(&answer, expected);
        // They stay where they are, and keep their id.
        let again = node
            .in_time(FROM_CAMPAIGN, &[("Cookie", &agreed(id))])
            .await;
        check(&again, expected);
        assert_eq!(given(&again), [""; 0]);
    }
    // A page for everybody asks for no id.
    let routes = node.get("/landing/routes", &[("Cookie", "landfall_consent=yes")]);
    assert_eq!(routes.header("x-content-arm"), "personalised");
    assert_eq!(given(&routes), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_consent_nobody_is_inside_before_everybody_is() {
    let inside = ids()
        .find(|id| arm("pricing", 99.0, Some(id)) == Arm::Personalised)
        .expect("nearly all of them are");
    let id_alone = format!("landfall_id={inside}");
    let agreed = agreed(&inside);
    let visitors: [&[(&str, &str)]; 4] = [
        &[],
        &[("Cookie", &id_alone)],
        &[("Cookie", "landfall_consent=no")],
        &[("Cookie", &agreed), ("Sec-GPC", "1")],
    ];
    let (database, node) = site_with_rollout(99.0).await;
    for headers in visitors {
        let answer = node.in_time(FROM_CAMPAIGN, headers).await;
        check(&answer, Arm::Holdout);
        assert_eq!(answer.header("set-cookie"), "", "{headers:?}");
    }
    let crawler = node
        .in_time(FROM_CAMPAIGN, &[CRAWLER, ("Cookie", &agreed)])
        .await;
    assert_eq!(crawler.header("x-content-arm"), "holdout");
    assert_eq!(crawler.header("set-cookie"), "");

    database.import(&with_rollout(100.0)).await;
    for headers in visitors {
        let answer = eventually("everybody is inside", || {
            let answer = node.get(FROM_CAMPAIGN, headers);
            (answer.h1() == "Prices for enterprises").then_some(answer)
        })
        .await;
        check(&answer, Arm::Personalised);
        assert_eq!(answer.header("set-cookie"), "", "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_is_stored_exported_and_explained() {
    let (database, _node) = site_with_rollout(12.5).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exported = succeed(on(folder.path(), &database.url).args(["export"]));
    let shares: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("it is JSON"))
        .filter(|record| record["kind"] == "page")
        .map(|page| json!([page["id"], page["rollout"]]))
        .collect();
    assert_eq!(json!(shares), json!([["routes", null], ["pricing", 12.5]]));
    let explained = succeed(on(folder.path(), &database.url).args(["explain", "/pricing"]));
    assert!(
        explained.contains("rollout    12.5 % of its visitors"),
        "{explained}"
    );
    // Nothing changed, so nothing is saved a second time.
    let summary = database.import(&exported).await;
    assert_eq!(summary.saved, 0, "{summary:?}");
}
