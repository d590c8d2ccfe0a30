//! The API's description holds what it says.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use scraper::{Html, Selector};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{json, problem};
use crate::support::site;

/// Every route of the API.
const ROUTES: [&str; 12] = [
    "/api/content/variant",
    "/api/docs",
    "/api/explain",
    "/api/export",
    "/api/import",
    "/api/import/{id}",
    "/api/openapi.json",
    "/api/v1/content/variant",
    "/api/v1/explain",
    "/api/v1/export",
    "/api/v1/import",
    "/api/v1/import/{id}",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_document_names_every_route_and_every_parameter() {
    let (_database, node) = site().await;
    let answer = node.get("/api/openapi.json", &[]);
    assert_eq!(answer.header("content-type"), "application/json");
    let document = json(&answer);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], "https://site.example");
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.keys().map(String::as_str).collect::<Vec<_>>(), ROUTES);
    let mut ids = BTreeSet::new();
    for (path, item) in paths {
        let answer = node.get(path, &[]);
        let operation = item.get("get").or(item.get("post")).expect("an operation");
        let documented = &operation["responses"][answer.status.to_string()];
        assert!(documented.is_object(), "{path}: {answer:?}");
        let kinds = documented["content"].as_object().expect("a body");
        let kind = answer.header("content-type").split(';').next();
        assert_eq!(kinds.keys().next().map(String::as_str), kind, "{path}");
        ids.insert(operation["operationId"].as_str().expect("an id"));
    }
    assert_eq!(ids.len(), ROUTES.len(), "{ids:?}");

    let described: Vec<&Value> = paths["/api/v1/content/variant"]["get"]["parameters"]
        .as_array()
        .expect("parameters")
        .iter()
        .map(|parameter| &parameter["name"])
        .collect();
    let refused = node.get("/api/v1/content/variant?nonsense=1", &[]);
    let refused = json(&refused);
    let allowed: Vec<&Value> = refused["allowed"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(described, allowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_lets_a_page_use_the_style_sheet_it_carries() {
    let (_database, node) = site().await;
    for target in ["/api/docs", "/pricing", "/no-such-page"] {
        let page = node.get(target, &[]);
        let sheets = page.select("style");
        assert_eq!(sheets.len(), 1, "{target}");
        let hash = BASE64_STANDARD.encode(Sha256::digest(&sheets[0]));
        let policy = page.header("content-security-policy");
        let allowed = format!("style-src 'sha256-{hash}';");
        assert!(policy.contains(&allowed), "{target}: {policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_describes_every_operation_without_a_script() {
    let (_database, node) = site().await;
    let page = node.get("/api/docs", &[]);
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    assert_eq!(page.h1(), "Landfall Content API");
    for foreign in [
        "script",
        "[onclick]",
        "iframe",
        "link[rel=stylesheet]",
        "img",
    ] {
        assert_eq!(page.select(foreign), Vec::<String>::new(), "{foreign}");
    }
    let text = page.text();
    for route in ROUTES {
        assert!(text.contains(&format!("<code>{route}</code>")), "{route}");
    }
    for name in [
        "segment",
        "user_agent",
        "x-similarity",
        "content.blocks",
        "401",
        "504",
    ] {
        assert!(page.select("dt code").contains(&name.to_owned()), "{name}");
    }
    assert!(page.select("pre").iter().any(|example| example.contains(
        "curl 'https://site.example/api/v1/content/variant?page=%2Fpricing&segment=enterprise"
    )));

    let document = Html::parse_document(text);
    let all = |selector: &str, attribute: &str| -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        let found = document.select(&selector);
        found
            .filter_map(|element| element.attr(attribute).map(str::to_owned))
            .collect()
    };
    let ids = all("[id]", "id");
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    for target in all("a[href^='#']", "href") {
        assert!(ids.contains(&target[1..].to_owned()), "{target}");
    }
    // The `type` of a problem leads to its description.
    let (_, kind, _) = problem(&node.get("/api/content/variant", &[]));
    assert!(ids.contains(&kind), "{kind}");

    let known = [("If-None-Match", page.header("etag"))];
    assert_eq!(node.get("/api/docs", &known).status, 304);
}
