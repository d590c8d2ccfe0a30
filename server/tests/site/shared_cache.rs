//! What shared caches may keep, and what it may depend on.

use crate::client::{Answer, send};
use crate::rollout::with_rollout;
use crate::support::{Database, Node, site};

const HEADER: &str = "x-landfall-segment";
const CRAWLER: (&str, &str) = (
    "User-Agent",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
);
const LIFETIME: &str = "public, s-maxage=3600, stale-while-revalidate=86400";

/// Everything a cache would keep of an answer.
fn kept(answer: &Answer) -> (u16, Vec<(&str, &str)>, &[u8]) {
    let of_the_moment = ["date", "server-timing"];
    let headers = answer
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !of_the_moment.contains(name));
    (answer.status, headers.collect(), &answer.body)
}

fn is_private(answer: &Answer, control: &str) {
    for (name, expected) in [
        ("cache-control", control),
        ("vary", "accept-encoding, cookie"),
        ("cdn-cache-control", ""),
        ("surrogate-control", ""),
        ("surrogate-key", ""),
    ] {
        assert_eq!(answer.header(name), expected, "{name} of {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_for_a_named_segment_may_be_shared() {
    let (database, node) = site().await;
    let page = database.query("SELECT id FROM pages WHERE external_id = 'pricing'");
    let variant = database.query("SELECT id FROM variants WHERE external_id = 'pricing--smb--en'");
    for (segment, heading, shown) in [
        (
            "smb",
            "Prices for small companies",
            format!("variant-{variant}"),
        ),
        ("default", "Prices for everyone", "default".to_owned()),
    ] {
        let answer = node.settled("/pricing", &[(HEADER, segment)]).await;
        let keys = format!("page-{page} segment-{segment} {shown} site");
        for (name, expected) in [
            ("x-content-variant", segment),
            ("cache-control", "private, no-cache"),
            ("cdn-cache-control", LIFETIME),
            ("surrogate-control", LIFETIME),
            ("surrogate-key", &keys),
            ("vary", "x-landfall-segment, accept-encoding"),
            ("set-cookie", ""),
        ] {
            assert_eq!(answer.header(name), expected, "{name} of {answer:?}");
        }
        assert_eq!((answer.status, answer.h1().as_str()), (200, heading));
        // What has not changed may be kept for longer.
        let tag = answer.header("etag").to_owned();
        let same = node.get("/pricing", &[(HEADER, segment), ("If-None-Match", &tag)]);
        assert_eq!(same.status, 304);
        assert_eq!(same.header("surrogate-control"), LIFETIME);
        assert_eq!(same.header("surrogate-key"), keys);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_answer_depends_on_address_segment_and_encoding_alone() {
    let (_database, node) = site().await;
    for target in ["/pricing", "/landing/routes?utm_term=cold+chain+monitoring"] {
        let plain = node.settled(target, &[(HEADER, "smb")]).await;
        let signals: [&[(&str, &str)]; 6] = [
            &[(
                "Cookie",
                "user_segment=enterprise; landfall_visit=9.2026-01-05",
            )],
            &[(
                "Cookie",
                "landfall_consent=yes; landfall_id=0123456789abcdef0123456789abcdef",
            )],
            &[("Referer", "https://www.linkedin.com/feed")],
            &[(
                "User-Agent",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 Safari/604.1",
            )],
            &[
                ("CF-IPCountry", "DE"),
                ("X-City", "Berlin"),
                ("Accept-Language", "de"),
            ],
            &[
                ("Sec-GPC", "1"),
                ("DNT", "1"),
                ("Origin", "https://evil.example"),
            ],
        ];
        for signal in signals {
            let mut headers = signal.to_vec();
            headers.push((HEADER, "smb"));
            let answer = node.settled(target, &headers).await;
            assert_eq!(kept(&answer), kept(&plain), "{headers:?}");
        }
    }
    let plain = node.settled("/pricing", &[(HEADER, "smb")]).await;
    for query in [
        "segment=enterprise",
        "utm_source=linkedin",
        "a=b&utm_medium=x",
    ] {
        let answer = node
            .settled(&format!("/pricing?{query}"), &[(HEADER, "smb")])
            .await;
        assert_eq!(kept(&answer), kept(&plain), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_names_no_segment_is_ignored_and_not_echoed() {
    let (_database, node) = site().await;
    let plain = node.settled("/pricing", &[]).await;
    is_private(&plain, "private, no-cache");
    for value in [
        "nobody",
        "SMB",
        "smb enterprise",
        "<script>alert(1)</script>",
        "",
        "%00",
    ] {
        let answer = node.settled("/pricing", &[(HEADER, value)]).await;
        assert_eq!(kept(&answer), kept(&plain), "{value}");
    }
    // Caches disagree on which of two headers counts.
    let twice = node
        .settled("/pricing", &[(HEADER, "smb"), (HEADER, "enterprise")])
        .await;
    assert_eq!(kept(&twice), kept(&plain));
    let mut odd =
        b"GET /pricing HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-landfall-segment: ".to_vec();
    odd.extend(b"sm\xffb\r\n\r\n");
    assert_eq!(kept(&send(node.address, &odd)), kept(&plain));
    // Crawlers are visitors without signals.
    let crawler = node.settled("/pricing", &[(HEADER, "smb"), CRAWLER]).await;
    assert_eq!(kept(&crawler), kept(&plain));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_is_kept_by_nobody() {
    let (database, node) = site().await;
    let named = node.settled("/pricing", &[(HEADER, "smb")]).await;
    assert_eq!(named.header("surrogate-control"), LIFETIME);
    // No variant can be found any more, so nobody can tell which one a new campaign calls for.
    database.query("ALTER TABLE variants RENAME TO mislaid");
    let target = "/pricing?utm_term=never+asked+for+before";
    let stand_in = node.get(target, &[(HEADER, "smb")]);
    assert_eq!(stand_in.status, 200);
    assert_ne!(stand_in.header("x-content-cache"), "HIT");
    is_private(&stand_in, "private, no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_stays_outside_a_rollout_until_it_is_complete() {
    let database = Database::create().await;
    database.import(&with_rollout(99.0)).await;
    let node = database.node().await;
    let cookie = "landfall_consent=yes; landfall_id=0123456789abcdef0123456789abcdef";
    let answer = node
        .settled("/pricing", &[(HEADER, "smb"), ("Cookie", cookie)])
        .await;
    shown(&answer, "holdout", "Prices for everyone", " default site");
    database.import(&with_rollout(100.0)).await;
    let complete = wait_for_arm(&node, "personalised").await;
    shown(
        &complete,
        "personalised",
        "Prices for small companies",
        " site",
    );
}

fn shown(answer: &Answer, arm: &str, heading: &str, keys: &str) {
    assert_eq!(
        (answer.header("x-content-arm"), answer.h1().as_str()),
        (arm, heading)
    );
    assert_eq!(answer.header("surrogate-control"), LIFETIME);
    assert!(answer.header("surrogate-key").ends_with(keys), "{answer:?}");
    assert_eq!(answer.header("set-cookie"), "");
}

async fn wait_for_arm(node: &Node, arm: &str) -> Answer {
    crate::support::eventually(arm, || {
        let answer = node.get("/pricing", &[(HEADER, "smb")]);
        let settled = answer.header("x-content-cache") == "HIT";
        (settled && answer.header("x-content-arm") == arm).then_some(answer)
    })
    .await
}
