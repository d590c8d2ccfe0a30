//! The API for other software.

mod cors;
mod docs;
mod explain;
mod faults;
mod files;

use serde_json::Value;

use crate::client::{Answer, request};
use crate::support::{CONTENT, Node, eventually, site};

const ROUTES: [&str; 2] = ["/api/v1/content/variant", "/api/content/variant"];

/// Asks until the answer is ready in time, as it may not be on a busy machine.
async fn in_time(node: &Node, target: &str, headers: &[(&str, &str)]) -> Answer {
    eventually(target, || {
        let answer = node.get(target, headers);
        (answer.status != 504).then_some(answer)
    })
    .await
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

/// Status, kind and parameter of a problem.
fn problem(answer: &Answer) -> (u16, String, String) {
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{answer:?}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let json = json(answer);
    assert_eq!(json["status"], answer.status);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = text(&json["type"]).replace("/api/docs#", "");
    (answer.status, kind, text(&json["parameter"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_is_answered_as_data() {
    let (_database, node) = site().await;
    let mut bodies = Vec::new();
    for route in ROUTES {
        let answer = in_time(&node, &format!("{route}?page=/pricing&segment=smb"), &[]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let mut json = json(&answer);
        let similarity = json["similarity"].as_f64().expect("it has a vector");
        assert_eq!(answer.header("x-similarity"), format!("{similarity:.4}"));
        assert!(json["revision"].as_i64().expect("a number") > 0);
        json["similarity"] = "…".into();
        json["revision"] = "…".into();
        bodies.push(serde_json::to_string_pretty(&json).expect("it is JSON"));
    }
    assert_eq!(bodies[0], bodies[1]);
    insta::assert_snapshot!(bodies[0], @r#"
    {
      "content": {
        "blocks": [
          {
            "headline": "Prices for small companies",
            "id": "hero",
            "type": "hero"
          },
          {
            "heading": "Have a look",
            "id": "cta",
            "primary": {
              "label": "Have a look",
              "url": "/pricing"
            },
            "type": "cta"
          }
        ],
        "description": "The page in English.",
        "locale": "en",
        "title": "Prices for everyone"
      },
      "locale": "en",
      "page": "/pricing",
      "revision": "…",
      "segment": "smb",
      "similarity": "…",
      "term": null,
      "variant": {
        "id": "pricing--smb--en",
        "name": "Prices for small companies"
      }
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_choice_is_the_landing_pages_own() {
    let (_database, node) = site().await;
    let check = async |query: &str, headline: &str, language: &str, variant: &str| {
        let target = format!("{}?{query}", ROUTES[0]);
        // Only an answer from a cache has surely heard the campaign term.
        let answer = eventually(&target, || {
            let answer = node.get(&target, &[]);
            (answer.header("x-cache") == "HIT").then_some(answer)
        })
        .await;
        let json = json(&answer);
        let content = &json["content"];
        assert_eq!(content["blocks"][0]["headline"], headline, "{query}");
        assert_eq!(content["locale"], language, "{query}");
        assert_eq!(json["variant"]["id"].as_str().unwrap_or_default(), variant);
    };
    let routes = "page=/landing/routes&segment=default";
    check(
        "page=%2Fpricing&segment=enterprise&locale=de",
        "Preise für Konzerne",
        "de",
        "pricing--enterprise--de",
    )
    .await;
    check(
        &format!("{routes}&term=Cold+Chain+Monitoring"),
        "Cold chain monitoring for refrigerated vans",
        "en",
        "routes--any-cold-chain--en",
    )
    .await;
    check(
        &format!("{routes}&fallback=default"),
        "Rounds for everyone",
        "en",
        "",
    )
    .await;
    check(
        "page=/pricing&segment=smb&locale=de&fallback=default",
        "Preise für alle",
        "de",
        "",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_whether_and_where_it_was_cached() {
    let (database, node) = site().await;
    let other = database.node().await;
    let (mut computed, mut shared) = (0, 0);
    let cache = |answer: &Answer| {
        let found = |name| answer.header(name).to_owned();
        (found("x-cache"), found("x-source"))
    };
    let is = |cache: &(String, String), expected: (&str, &str)| {
        (cache.0.as_str(), cache.1.as_str()) == expected
    };
    for segment in ["enterprise", "smb", "dach", "returning", "mobile"] {
        let target = format!("{}?page=/pricing&segment={segment}", ROUTES[0]);
        let first = node.get(&target, &[]);
        if first.status == 200 {
            computed += 1;
            assert!(is(&cache(&first), ("MISS", "db-vector")), "{first:?}");
        }
        let again = eventually(&target, || {
            let answer = node.get(&target, &[]);
            is(&cache(&answer), ("HIT", "memory")).then_some(answer)
        })
        .await;
        // Redis may be too slow on a busy machine, and then the other node computes it again.
        let there = in_time(&other, &target, &[]).await;
        shared += usize::from(is(&cache(&there), ("HIT", "redis")));
        assert_eq!(there.body, again.body);
        assert_eq!(there.header("x-similarity"), again.header("x-similarity"));
    }
    assert!(computed > 0 && shared > 0, "{computed}, {shared}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_named() {
    let (_database, node) = site().await;
    let check = async |query: &str, status: u16, kind: &str, parameter: &str| {
        let answer = in_time(&node, &format!("{}?{query}", ROUTES[0]), &[]).await;
        let expected = (status, kind.to_owned(), parameter.to_owned());
        assert_eq!(problem(&answer), expected, "{query}\n{}", answer.text());
        json(&answer)
    };
    let bad = async |query: &str, parameter: &str| {
        let problem = check(query, 400, "invalid-parameter", parameter).await;
        problem["detail"].as_str().unwrap_or_default().to_owned()
    };
    bad("", "page").await;
    bad("page=&segment=smb", "page").await;
    bad("page=/pricing", "segment").await;
    bad("page=/pricing&page=/pricing&segment=smb", "page").await;
    bad("page=/pricing&segment=smb&segmnet=smb", "segmnet").await;
    bad("page=%FF&segment=smb", "page").await;
    bad("page=/pricing%00&segment=smb", "page").await;
    bad("page=/pricing&segment=100%", "segment").await;
    bad("page=/admin&segment=smb", "page").await;
    bad("page=/a%20b&segment=smb", "page").await;
    bad("page=/pricing&segment=Big+Corp", "segment").await;
    bad("page=/pricing&segment=smb&locale=fr", "locale").await;
    bad("page=/pricing&segment=smb&locale=%3Cb%3E", "locale").await;
    bad("page=/pricing&segment=smb&fallback=error", "fallback").await;
    let respelt = bad("page=/Pricing/&segment=smb", "page").await;
    assert_eq!(respelt, "The path is spelt page=/pricing.");
    let prefixed = bad("page=/de/pricing&segment=smb", "page").await;
    assert_eq!(prefixed, "The path is spelt page=/pricing and locale=de.");
    check("page=/none&segment=smb", 404, "not-found", "page").await;
    check("page=/pricing&segment=none", 404, "not-found", "segment").await;
    check("page=/pricing&segment=default", 404, "nothing-fits", "").await;
    let long = "x".repeat(8_200);
    check(&format!("page=/{long}"), 414, "address-too-long", "").await;

    let unknown = check(
        "page=/pricing&colour=red",
        400,
        "invalid-parameter",
        "colour",
    )
    .await;
    insta::assert_snapshot!(serde_json::to_string_pretty(&unknown).expect("it is JSON"), @r#"
    {
      "allowed": [
        "page",
        "segment",
        "locale",
        "term",
        "fallback"
      ],
      "detail": "There is no such parameter.",
      "parameter": "colour",
      "status": 400,
      "title": "A parameter is missing, repeated, unknown or malformed",
      "type": "/api/docs#invalid-parameter"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_is_read_and_nothing_else() {
    let (_database, node) = site().await;
    let target = format!("{}?page=/pricing&segment=smb", ROUTES[0]);
    let get = in_time(&node, &target, &[]).await;
    let get_again = node.get(&target, &[]);
    let head = request(node.address, "HEAD", &target, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    for name in ["etag", "content-type", "x-cache", "x-source"] {
        assert_eq!(head.header(name), get_again.header(name), "{name}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        for route in [&target, "/api/explain", "/api/docs", "/api/openapi.json"] {
            let answer = request(node.address, method, route, &[]);
            assert_eq!(problem(&answer).1, "method-not-allowed", "{method} {route}");
            assert_eq!(answer.header("allow"), "GET, HEAD");
        }
    }
    for route in ["/api", "/api/", "/api/v2/explain", "/api/v1/content"] {
        assert_eq!(problem(&node.get(route, &[])).1, "not-found", "{route}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_revalidated_until_something_is_published() {
    let (database, node) = site().await;
    let target = format!("{}?page=/pricing&segment=smb", ROUTES[0]);
    let first = in_time(&node, &target, &[]).await;
    let tag = first.header("etag").to_owned();
    let weak = format!("\"other\", W/{tag}");
    for known in [tag.as_str(), weak.as_str(), "*"] {
        let again = in_time(&node, &target, &[("If-None-Match", known)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{known}");
        assert_eq!(again.header("etag"), tag);
        assert_eq!(again.header("cache-control"), "no-cache");
        assert_eq!(again.header("x-cache"), "HIT");
    }
    let records = CONTENT.replace("Prices for small companies", "New prices");
    database.import(&records).await;
    eventually("the new prices", || {
        let answer = node.get(&target, &[("If-None-Match", &tag)]);
        (answer.status == 200 && answer.text().contains("New prices")).then_some(())
    })
    .await;
}
