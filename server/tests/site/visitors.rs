//! Who sees what.

use crate::client::Answer;
use crate::support::{Node, site};

const PHONE: (&str, &str) = (
    "User-Agent",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
);
const CRAWLER: (&str, &str) = (
    "User-Agent",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
);
const FROM_GERMANY: (&str, &str) = ("CF-IPCountry", "DE");

/// Checks segment and heading of the answer to one visitor.
async fn check(
    node: &Node,
    target: &str,
    headers: &[(&str, &str)],
    segment: &str,
    heading: &str,
) -> Answer {
    let answer = node.settled(target, headers).await;
    assert_eq!(
        (
            answer.status,
            answer.header("x-content-variant"),
            answer.h1().as_str()
        ),
        (200, segment, heading),
        "{target} {headers:?}"
    );
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_is_recognised_by_campaign_country_device_and_earlier_visits() {
    let (_database, node) = site().await;
    let cookie = |value| [("Cookie", value)];
    check(&node, "/pricing", &[], "default", "Prices for everyone").await;
    check(
        &node,
        "/pricing?utm_source=linkedin",
        &[],
        "enterprise",
        "Prices for enterprises",
    )
    .await;
    check(
        &node,
        "/pricing?ref=x&utm_source=google",
        &[],
        "smb",
        "Prices for small companies",
    )
    .await;
    check(
        &node,
        "/pricing",
        &[FROM_GERMANY],
        "dach",
        "Prices with contract papers",
    )
    .await;
    check(
        &node,
        "/pricing",
        &[PHONE],
        "mobile",
        "Prices for the pocket",
    )
    .await;
    check(
        &node,
        "/pricing",
        &cookie("landfall_visit=2.2026-01-05"),
        "returning",
        "Prices, once more",
    )
    .await;
    // The first segment by priority wins.
    check(
        &node,
        "/pricing?utm_source=linkedin",
        &[FROM_GERMANY, PHONE],
        "enterprise",
        "Prices for enterprises",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_named_by_cookie_or_parameter_counts_when_it_exists() {
    let (_database, node) = site().await;
    let cookie = |value| [("Cookie", value)];
    let smb = ("smb", "Prices for small companies");
    let enterprise = ("enterprise", "Prices for enterprises");
    let default = ("default", "Prices for everyone");
    for (target, headers, (segment, heading)) in [
        ("/pricing", cookie("user_segment=smb"), smb),
        ("/pricing?segment=smb", cookie("a=b"), smb),
        (
            "/pricing?segment=enterprise",
            cookie("user_segment=smb"),
            enterprise,
        ),
        ("/pricing", cookie("user_segment=nobody"), default),
        ("/pricing?segment=nobody", cookie("a=b"), default),
        ("/pricing?segment=", cookie("user_segment="), default),
        ("/pricing?segment=SMB", cookie("user_segment=%00"), default),
        // What names nobody leaves the conditions in force.
        (
            "/pricing?segment=nobody&utm_source=linkedin",
            cookie("user_segment=nobody"),
            enterprise,
        ),
    ] {
        check(&node, target, &headers, segment, heading).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crawler_gets_the_answer_of_a_visitor_without_signals() {
    let (_database, node) = site().await;
    let stranger = node.settled("/pricing", &[]).await;
    for (target, headers) in [
        ("/pricing", vec![CRAWLER]),
        (
            "/pricing?utm_source=linkedin&utm_term=enterprise",
            vec![CRAWLER, FROM_GERMANY],
        ),
        (
            "/pricing",
            vec![CRAWLER, ("Cookie", "landfall_visit=5.2026-01-05")],
        ),
        (
            "/landing/routes?utm_term=cold%20chain%20monitoring",
            vec![CRAWLER],
        ),
    ] {
        let answer = node.settled(target, &headers).await;
        assert_eq!(answer.header("x-content-variant"), "default", "{target}");
        if target.starts_with("/pricing") {
            assert_eq!(answer.body, stranger.body, "{target}");
        } else {
            assert_eq!(answer.h1(), "Rounds for everyone");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_german_address_is_answered_in_german() {
    let (_database, node) = site().await;
    check(&node, "/de/pricing", &[], "default", "Preise für alle").await;
    let answer = check(
        &node,
        "/de/pricing?utm_source=linkedin",
        &[],
        "enterprise",
        "Preise für Konzerne",
    )
    .await;
    assert!(answer.text().contains("<html lang=\"de\""), "{answer:?}");
    check(
        &node,
        "/de/pricing",
        &[FROM_GERMANY],
        "dach",
        "Preise mit Vertragsunterlagen",
    )
    .await;
    // The language comes from the address alone.
    check(
        &node,
        "/pricing",
        &[("Accept-Language", "de")],
        "default",
        "Prices for everyone",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_english_variant_is_not_shown_on_a_page_that_speaks_german() {
    let (_database, node) = site().await;
    for (target, segment, heading) in [
        ("/de/pricing?utm_source=google", "smb", "Preise für alle"),
        (
            "/de/landing/routes?utm_source=linkedin",
            "enterprise",
            "Touren für alle",
        ),
        (
            "/de/landing/routes?utm_term=cold+chain+monitoring",
            "default",
            "Touren für alle",
        ),
    ] {
        check(&node, target, &[], segment, heading).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_term_brings_a_variant_for_anybody_above_the_floor_only() {
    let (_database, node) = site().await;
    let cold = "Cold chain monitoring for refrigerated vans";
    let everyone = "Rounds for everyone";
    for (target, heading) in [
        ("/landing/routes", everyone),
        ("/landing/routes?utm_term=cold+chain+monitoring", cold),
        (
            "/landing/routes?utm_term=%20Cold%20%20CHAIN%20monitoring",
            cold,
        ),
        ("/landing/routes?utm_campaign=cold+chain+monitoring", cold),
        ("/landing/routes?utm_term=banana+bread+recipe", everyone),
    ] {
        check(&node, target, &[], "default", heading).await;
    }
    // A variant written for the segment comes before one for anybody, however near.
    check(
        &node,
        "/landing/routes?utm_source=linkedin&utm_term=cold+chain+monitoring",
        &[],
        "enterprise",
        "Rounds for enterprises",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_plans_and_archived_variants_are_not_shown() {
    let (_database, node) = site().await;
    for segment in ["with-draft", "with-plan", "with-past"] {
        let target = format!("/pricing?segment={segment}");
        check(&node, &target, &[], segment, "Prices for everyone").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_are_counted_with_consent_only() {
    let (_database, node) = site().await;
    let set = |headers: &[(&str, &str)]| visit(&node, headers);
    assert_eq!(set(&[]), None);
    assert_eq!(set(&[("Cookie", "landfall_consent=no")]), None);
    assert_eq!(
        set(&[("Cookie", "landfall_consent=yes"), ("Sec-GPC", "1")]),
        None
    );
    let first = set(&[("Cookie", "landfall_consent=yes")]).expect("a cookie");
    assert!(first.starts_with("landfall_visit=1."), "{first}");
    for attribute in [
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Max-Age=31536000",
    ] {
        assert!(first.contains(attribute), "{first}");
    }
    let next = set(&[(
        "Cookie",
        "landfall_consent=yes; landfall_visit=1.2026-01-05",
    )]);
    assert!(next.is_some_and(|next| next.starts_with("landfall_visit=2.2026-01-05.")));
}

fn visit(node: &Node, headers: &[(&str, &str)]) -> Option<String> {
    let answer = node.get("/pricing", headers);
    assert_eq!(answer.status, 200);
    Some(answer.header("set-cookie").to_owned()).filter(|cookie| !cookie.is_empty())
}
