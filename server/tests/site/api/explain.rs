//! Explanations, and the tokens that open them.

use serde_json::Value;

use super::{json, problem};
use crate::client::Answer;
use crate::command::{on, run, succeed};
use crate::support::{Database, Node, site};

const EXPLAIN: &str = "/api/v1/explain";

/// Makes a token with the program itself and returns its secret.
fn token(database: &Database, scopes: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = on(folder.path(), &database.url);
    command.args(["token", "add", "Tests"]);
    for scope in scopes {
        command.args(["--scope", scope]);
    }
    succeed(&mut command).trim().to_owned()
}

fn ask(node: &Node, target: &str, secret: &str) -> Answer {
    node.get(target, &[("Authorization", &format!("Bearer {secret}"))])
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_good_token_with_the_scope_opens_an_explanation() {
    let (database, node) = site().await;
    let target = format!("{EXPLAIN}?page=/pricing");
    let refused = |secret: &str, status: u16, kind: &str| {
        let answer = ask(&node, &target, secret);
        assert_eq!(
            problem(&answer),
            (status, kind.to_owned(), String::new()),
            "{answer:?}"
        );
        assert!(
            answer
                .header("www-authenticate")
                .starts_with("Bearer realm=\"landfall\"")
        );
    };
    let without = node.get(&target, &[]);
    assert_eq!(problem(&without).0, 401);
    refused("lf_made-up", 401, "unauthorized");
    refused(&format!("lf_{}", "0".repeat(64)), 401, "unauthorized");
    refused(&token(&database, &["import", "export"]), 403, "forbidden");

    let good = token(&database, &["explain"]);
    for route in [&target, "/api/explain?page=/pricing"] {
        let answer = ask(&node, route, &good);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }
    let noted = "SELECT last_used_at IS NOT NULL FROM api_tokens ORDER BY id";
    assert_eq!(database.query(noted), "t\nt");
    // The database knows the hash and not the secret.
    let known = format!("SELECT count(*) FROM api_tokens WHERE token_hash = sha256('{good}')");
    assert_eq!(database.query(&known), "1");

    database.query(
        "UPDATE api_tokens SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day'
         WHERE scopes = '{explain}'",
    );
    refused(&good, 401, "unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_listed_and_revoked_at_the_command_line() {
    let (database, node) = site().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let command = |arguments: &[&str]| {
        let mut command = on(folder.path(), &database.url);
        command.arg("token").args(arguments);
        run(&mut command)
    };
    let secret = token(&database, &["explain", "import", "explain"]);
    let (_, listed, _) = command(&["list"]);
    assert!(
        listed.contains("import, explain") && listed.contains("Tests"),
        "{listed}"
    );
    assert!(!listed.contains(&secret), "{listed}");

    let (code, _, _) = command(&["revoke", "1"]);
    assert_eq!(code, 0);
    let (_, listed, _) = command(&["list"]);
    assert!(listed.contains("revoked"), "{listed}");
    let answer = ask(&node, &format!("{EXPLAIN}?page=/pricing"), &secret);
    assert_eq!(problem(&answer).0, 401);

    let refused = |arguments: &[&str], expected: &str| {
        let (code, _, complaint) = command(arguments);
        assert_ne!(code, 0);
        assert!(complaint.contains(expected), "{complaint}");
    };
    refused(&["revoke", "99"], "there is no token 99");
    refused(&["add", "x"], "--scope");
    refused(
        &["add", "x", "--scope", "admin"],
        "there are import, export and explain",
    );
    refused(&["add", " ", "--scope", "explain"], "1 to 80 characters");
    refused(&["add", "x", "--scope", "explain", "--days", "0"], "--days");
    assert_eq!(database.query("SELECT count(*) FROM api_tokens"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_says_what_else_would_have_been_shown() {
    let (database, node) = site().await;
    let secret = token(&database, &["explain"]);
    let target = format!(
        "{EXPLAIN}?page=/pricing&query=utm_source%3Dgoogle&cookie=user_segment%3Denterprise&country=de"
    );
    let answer = ask(&node, &target, &secret);
    let mut explained = json(&answer);
    assert_eq!(explained["attributes"]["geo.country"], "DE");
    assert_eq!(explained["attributes"]["visit.returning"], false);
    assert_eq!(explained["segments"].as_array().map(Vec::len), Some(9));
    assert_eq!(explained["candidates"][0]["variant"], explained["winner"]);
    assert!(explained["candidates"][0]["similarity"].is_f64());
    let told = explained.as_object_mut().expect("an object");
    told.remove("attributes");
    told.remove("candidates");
    told["segments"] = told["segments"][1].clone();
    insta::assert_snapshot!(serde_json::to_string_pretty(&told).expect("it is JSON"), @r#"
    {
      "counterfactual": {
        "cookies": {
          "reason": "condition",
          "segment": "smb",
          "winner": "pricing--smb--en"
        },
        "country": {
          "reason": "cookie",
          "segment": "enterprise",
          "winner": "pricing--enterprise--en"
        },
        "device": null,
        "language": null,
        "query": {
          "reason": "cookie",
          "segment": "enterprise",
          "winner": "pricing--enterprise--en"
        },
        "referrer": null,
        "term": null,
        "time": null,
        "utm_campaign": null,
        "utm_content": null,
        "utm_medium": null,
        "utm_source": {
          "reason": "cookie",
          "segment": "enterprise",
          "winner": "pricing--enterprise--en"
        },
        "visits": null
      },
      "locale": "en",
      "margin": null,
      "page": "/pricing",
      "pool": "segment",
      "reason": "cookie",
      "rollout": 100.0,
      "segment": "enterprise",
      "segments": {
        "clauses": [
          {
            "actual": "google",
            "attribute": "utm.source",
            "location": "utm.source",
            "matched": true,
            "text": "utm.source $eq \"google\""
          }
        ],
        "key": "smb",
        "matched": true
      },
      "similarity_floor": 0.45,
      "space": {
        "dimensions": 384,
        "model": "all-MiniLM-L6-v2",
        "provider": "local",
        "version": 1
      },
      "term": null,
      "term_floor": 0.42,
      "winner": "pricing--enterprise--en"
    }
    "#);

    let folder = tempfile::tempdir().expect("a temporary folder");
    let printed = succeed(
        on(folder.path(), &database.url)
            .args(["explain", "/pricing?utm_source=google"])
            .args(["--header", "Cookie: user_segment=enterprise"]),
    );
    let (_, without) = printed.split_once("\nwithout\n").expect("it is printed");
    assert_eq!(
        without,
        "  utm_source     pricing--enterprise--en  (enterprise, by cookie)\n  \
           query          pricing--enterprise--en  (enterprise, by cookie)\n  \
           cookies        pricing--smb--en  (smb, by condition)\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_and_an_instant_can_be_supposed() {
    let (database, node) = site().await;
    let secret = token(&database, &["explain"]);
    let explain = |query: &str| -> Value {
        let answer = ask(&node, &format!("{EXPLAIN}?{query}"), &secret);
        assert_eq!(answer.status, 200, "{answer:?}");
        json(&answer)
    };
    let cold = explain("page=/landing/routes&query=utm_term%3Dcold%2Bchain%2Bmonitoring");
    assert_eq!(cold["term"]["text"], "cold chain monitoring");
    assert_eq!(cold["term"]["use"], "heard");
    assert_eq!(cold["pool"], "any");
    assert_eq!(cold["winner"], "routes--any-cold-chain--en");
    let without = &cold["counterfactual"]["term"];
    assert_eq!(
        (&without["segment"], &without["winner"]),
        (&"default".into(), &Value::Null)
    );
    assert_eq!(cold["counterfactual"]["cookies"], Value::Null);

    let plan = "page=/pricing&query=?segment%3Dwith-plan";
    assert_eq!(explain(plan)["winner"], Value::Null);
    let then = explain(&format!("{plan}&at=2099-06-01T00:00:00Z"));
    assert_eq!(then["winner"], "pricing--with-plan--en");
    assert_eq!(then["counterfactual"]["time"]["winner"], Value::Null);
    assert_eq!(then["counterfactual"]["time"]["segment"], "with-plan");

    let country = explain("page=/pricing&country=DE");
    let without = &country["counterfactual"]["country"];
    assert_eq!(country["segment"], "dach");
    assert_eq!(without["segment"], "default");

    let refused = |query: &str, parameter: &str| {
        let answer = ask(&node, &format!("{EXPLAIN}?{query}"), &secret);
        assert_eq!(
            (problem(&answer).0, problem(&answer).2.as_str()),
            (400, parameter)
        );
    };
    refused("", "page");
    refused("page=/pricing&at=tomorrow", "at");
    refused("page=/pricing&country=Germany", "country");
    refused("page=/pricing&locale=fr", "locale");
    refused("page=/pricing&cookie=a%0D%0Ab", "cookie");
    refused("page=/pricing&segment=smb", "segment");
}
