//! Variants that a language model writes: drafts, with the model and what it was asked.

use landfall::config::{Config, DraftsConfig};
use serde_json::json;

use super::support::{Role, Site, desk};
use crate::chat_server::{ChatServer, Say};
use crate::support::{CONTENT, Database, Node, config, options, services};

const WRITE: &str = "variants/write";
const WANTED: [(&str, &str); 3] = [("page", "routes"), ("locale", "en"), ("segment", "smb")];
const NEW: &str = "/admin/variants/new?page=routes&segment=smb&locale=en";

/// A site whose writer goes through `script`.
async fn with_writer(script: Vec<Say>) -> (Site, ChatServer) {
    let server = ChatServer::start(script).await;
    let database = Database::create().await;
    database.import(CONTENT).await;
    let config = Config {
        drafts: DraftsConfig {
            base_url: Some(server.base_url()),
            ..DraftsConfig::default()
        },
        ..config(&database.url)
    };
    let node = Node::boot_with(config, &services().redis_url, options(), |router| router).await;
    (Site { database, node }, server)
}

fn draft(headline: &str) -> Say {
    let content = json!({
        "title": "Rounds for small companies", "description": "Plan them in minutes.",
        "blocks": [{"type": "hero", "id": "hero", "eyebrow": "", "headline": headline, "subheadline": "", "points": []}]
    });
    Say::Text(content.to_string())
}

fn variants(site: &Site) -> String {
    site.database.query("SELECT count(*) FROM variants")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_gets_a_draft_that_no_visitor_sees() {
    let script = "<script>alert(1)</script>";
    let (site, server) = with_writer(vec![draft(script)]).await;
    let editor = site.sign_in(Role::Editor).await;
    let offered = site.open(&editor, NEW);
    assert!(offered.text().contains("Write a draft"));
    let chosen = offered.select("form[action$='variants/write'] option[selected]");
    assert_eq!(chosen, ["Small companies"]);

    let answer = site.send(&editor, WRITE, NEW, &WANTED);
    assert_eq!(answer.status, 302, "{answer:?}");
    let place = answer.header("location").to_owned();
    assert!(place.starts_with("/admin/variants/"), "{place}");
    let row = site.database.query(
        "SELECT v.status, v.name, s.key, r.draft_model, r.draft_prompt LIKE '%Small companies%', a.action
         FROM variants v JOIN segments s ON s.id = v.segment_id
         JOIN variant_revisions r ON r.variant_id = v.id
         JOIN audit_log a ON a.subject = v.external_id
         WHERE r.draft_model IS NOT NULL",
    );
    assert_eq!(
        row,
        "draft|Rounds for everyone for Small companies (AI draft)|smb|test-model-1|t|variant.create"
    );
    assert_eq!(server.seen().len(), 1);
    let seen = site
        .node
        .in_time("/landing/routes?utm_source=google", &[])
        .await;
    assert_eq!(seen.h1(), "Rounds for everyone");
    // What it wrote is text, whatever it looks like.
    let opened = site.open(&editor, place.split('?').next().unwrap_or(&place));
    assert_eq!(opened.status, 200);
    assert!(!opened.text().contains(script));
    let id = place.split('?').next().unwrap_or(&place);
    let history = site.open(&editor, &format!("{id}/history"));
    assert!(
        history
            .text()
            .contains("Written by the language model test-model-1")
    );
    let asked = history.select("details pre").concat();
    assert!(asked.contains("Audience: Small companies."), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_editors_may_ask_and_nothing_is_saved_of_what_failed() {
    let (site, server) = with_writer(vec![
        Say::Status(401, r#"{"error":"Incorrect key"}"#),
        draft(&"x".repeat(200)),
        draft(&"x".repeat(200)),
    ])
    .await;
    let before = variants(&site);
    assert_eq!(site.call_signed_out(WRITE, &WANTED).status, 401);
    let viewer = site.sign_in(Role::Viewer).await;
    assert_eq!(site.call(&viewer, WRITE, &WANTED).status, 403);
    let editor = site.sign_in(Role::Editor).await;
    for (wanted, status) in [
        ([("page", "nowhere"), WANTED[1], WANTED[2]], 404),
        ([("page", "!"), WANTED[1], WANTED[2]], 422),
        ([WANTED[0], WANTED[1], ("segment", "nobody")], 404),
        ([WANTED[0], ("locale", "fr"), WANTED[2]], 409),
    ] {
        let answer = site.call(&editor, WRITE, &wanted);
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert!(server.seen().is_empty(), "nobody was asked for nothing");
    for part in ["does not accept this site's key", "did not keep to"] {
        let answer = site.call(&editor, WRITE, &WANTED);
        assert_eq!(answer.status, 409, "{answer:?}");
        assert!(answer.text().contains(part), "{answer:?}");
    }
    assert_eq!(variants(&site), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_and_a_server_nothing_is_offered() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    assert!(!site.open(&editor, NEW).text().contains("Write a draft"));
    let answer = site.call(&editor, WRITE, &WANTED);
    assert_eq!(answer.status, 409);
    assert!(answer.text().contains("AI drafts are off"), "{answer:?}");
}
