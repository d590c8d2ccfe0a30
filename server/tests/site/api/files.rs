//! Files in and out by tokens.

use serde_json::{Value, json};

use super::{json as body, problem};
use crate::client::{Answer, post};
use crate::command::{on, succeed};
use crate::support::{CONTENT, Database, Node, eventually, site};

const IMPORT: &str = "/api/v1/import";

fn token(database: &Database, scope: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = on(folder.path(), &database.url);
    command.args(["token", "add", "Nightly", "--scope", scope]);
    succeed(&mut command).trim().to_owned()
}

fn import(node: &Node, secret: &str, query: &str, file: &str) -> Answer {
    let bearer = format!("Bearer {secret}");
    post(
        node.address,
        &format!("{IMPORT}{query}"),
        &[("Authorization", &bearer)],
        file,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_imports_what_is_good_and_hears_what_is_not() {
    let (database, node) = site().await;
    let secret = token(&database, "import");
    let variant = json!({
        "kind": "variant", "id": "by-token", "page": "pricing", "segment": "smb", "locale": "en", "name": "N",
        "content": {"title": "A title by a token"}
    });
    let file = format!("{CONTENT}\n{variant}");
    let records = CONTENT.lines().count();

    let dry = import(&node, &secret, "?dry_run=true", &file);
    assert_eq!(dry.status, 200);
    assert_eq!(
        body(&dry),
        json!({"new": 1, "changed": 0, "unchanged": records, "skipped": 0, "import": null})
    );
    assert_eq!(database.query("SELECT count(*) FROM jobs"), "0");

    let bad = import(&node, &secret, "", "{\"kind\":\"page\"}\nx\n");
    assert_eq!(problem(&bad), (422, "bad-rows".to_owned(), String::new()));
    // What is not imported is not kept.
    assert_eq!(database.query("SELECT count(*) FROM uploads"), "0");
    let rows = &body(&bad)["rows"];
    assert_eq!((&rows[0]["line"], &rows[1]["line"]), (&json!(1), &json!(2)));

    let mixed = format!("{file}\nx\n");
    assert_eq!(import(&node, &secret, "", &mixed).status, 422);
    let query = "?name=nightly&format=jsonl&bad_rows=skip";
    let started = import(&node, &secret, query, &mixed);
    assert_eq!(started.status, 202, "{started:?}");
    let told = body(&started);
    assert_eq!(told["skipped"], json!(1));
    assert_eq!(told["rows"][0]["line"], json!(mixed.lines().count()));
    let place = started.header("location").to_owned();
    assert_eq!(place, format!("{IMPORT}/{}", body(&started)["import"]));
    let bearer = format!("Bearer {secret}");
    let done: Value = eventually("the import is over", || {
        let told = body(&node.get(&place, &[("Authorization", &bearer)]));
        (told["state"] != "running").then_some(told)
    })
    .await;
    assert_eq!(
        (
            &done["state"],
            &done["saved"],
            &done["unchanged"],
            &done["skipped"],
            &done["file"]
        ),
        (
            &json!("succeeded"),
            &json!(1),
            &json!(records),
            &json!(1),
            &json!("nightly.jsonl")
        )
    );
    let who = "SELECT DISTINCT actor FROM audit_log WHERE subject = 'by-token'";
    assert_eq!(database.query(who), "token Nightly");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_need_a_token_with_the_right_scope() {
    let (database, node) = site().await;
    let (importing, exporting) = (token(&database, "import"), token(&database, "export"));
    assert_eq!(problem(&post(node.address, IMPORT, &[], "x")).0, 401);
    assert_eq!(problem(&import(&node, &exporting, "", "x")).0, 403);
    assert_eq!(
        problem(&import(&node, &importing, "?format=xml", "x")).2,
        "format"
    );
    assert_eq!(
        problem(&import(&node, &importing, "?dry_run=yes", "x")).2,
        "dry_run"
    );
    assert_eq!(
        problem(&import(&node, &importing, "?bad_rows=maybe", "x")).2,
        "bad_rows"
    );
    assert_eq!(problem(&import(&node, &importing, "", "")).0, 400);
    let wrong = node.get(IMPORT, &[]);
    assert_eq!((problem(&wrong).0, wrong.header("allow")), (405, "POST"));

    let export = |secret: &str, query: &str| {
        let bearer = format!("Bearer {secret}");
        node.get(
            &format!("/api/v1/export{query}"),
            &[("Authorization", &bearer)],
        )
    };
    assert_eq!(problem(&export(&importing, "")).0, 403);
    assert_eq!(problem(&export(&exporting, "?page=nowhere")).0, 404);
    let all = export(&exporting, "");
    assert_eq!(
        (all.status, all.header("content-type")),
        (200, "application/x-ndjson")
    );
    assert!(all.text().contains("Prices for small companies"));
    let unknown = format!("Bearer {importing}");
    let absent = node.get(&format!("{IMPORT}/99"), &[("Authorization", &unknown)]);
    assert_eq!(problem(&absent).0, 404);
}
