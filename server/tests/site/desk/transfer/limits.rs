//! Files that are too large, no files of records, or for others.

use domain::Role;

use super::{BOUNDARY, MOST, SCREEN, upload, upload_with, variant, waiting};
use crate::client::send;
use crate::desk::support::desk;
use crate::support::CONTENT;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_50_mb_is_taken_and_a_larger_one_is_refused_clearly() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    // Nothing but blank lines behind the site's own records.
    let mut file = CONTENT.as_bytes().to_vec();
    file.resize(MOST, b'\n');
    let answer = upload(&site, &editor, "large.jsonl", &file);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, SCREEN),
        "{answer:?}"
    );
    let screen = site.open(&editor, SCREEN).select("main").concat();
    assert!(screen.contains("There is nothing to import."), "{screen}");
    assert_eq!(
        site.database
            .query("SELECT sum(length(bytes)), max(length(bytes)) FROM upload_pieces"),
        format!("{MOST}|524288")
    );

    file.push(b'\n');
    let answer = upload(&site, &editor, "larger.jsonl", &file);
    assert_eq!(answer.status, 303);
    let told = site.open(&editor, answer.header("location"));
    let text = told.select("[role=alert]").concat();
    assert!(text.contains("more than 50 MB. Split it"), "{text}");
    assert_eq!(
        site.database.query("SELECT count(*) FROM upload_pieces"),
        "0"
    );

    file.resize(MOST + 1_000_000, b'\n');
    let answer = upload(&site, &editor, "much-larger.jsonl", &file);
    assert_eq!(answer.status, 413);
    assert!(
        answer.text().starts_with("This file has more than 50 MB."),
        "{answer:?}"
    );
    // Everything else takes what it always took.
    let elsewhere = site
        .node
        .post("/admin/api/transfer/start", &[], &"x".repeat(3_000_000));
    assert_eq!(elsewhere.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_of_records_is_refused() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let told = |name: &str, content: &[u8]| {
        let answer = upload(&site, &editor, name, content);
        assert_eq!(answer.status, 303, "{answer:?}");
        let screen = site.open(&editor, answer.header("location"));
        screen.select("[role=alert]").concat()
    };
    assert!(told("offers.xlsx", b"PK").contains("neither CSV nor JSON lines"));
    assert!(told("", b"x").contains("choose a file"));
    assert!(told("empty.csv", b"").contains("is empty"));
    let cookie = format!("Cookie: {}\r\n", editor.cookie);
    let head = format!(
        "POST /admin/transfer/upload HTTP/1.1\r\nHost: site.example\r\nContent-Length: 3\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{cookie}Connection: close\r\n\r\nabc"
    );
    let answer = send(site.node.address, head.as_bytes());
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(site.database.query("SELECT count(*) FROM uploads"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_for_those_who_may() {
    let site = desk().await;
    let file = variant("one", "One").to_string();
    assert_eq!(
        upload_with(&site, "", "one.jsonl", file.as_bytes()).status,
        401
    );
    let viewer = site.sign_in(Role::Viewer).await;
    assert_eq!(upload(&site, &viewer, "one.jsonl", &file).status, 403);
    let editor = site.sign_in(Role::Editor).await;
    let foreign = format!(
        "Cookie: {}\r\nOrigin: https://evil.example\r\n",
        editor.cookie
    );
    assert_eq!(
        upload_with(&site, &foreign, "one.jsonl", file.as_bytes()).status,
        403
    );
    assert_eq!(site.database.query("SELECT count(*) FROM uploads"), "0");

    upload(&site, &editor, "one.jsonl", &file);
    let waiting = waiting(&site);
    let start = [("upload", waiting.as_str())];
    assert_eq!(site.call_signed_out("transfer/start", &start).status, 401);
    assert_eq!(site.call(&viewer, "transfer/start", &start).status, 403);
    assert_eq!(site.call(&editor, "transfer/start", &start).status, 403);
    let text = site.open(&editor, SCREEN).select("main").concat();
    assert!(text.contains("takes the role publisher"), "{text}");
    // Another person's file is nobody else's.
    let publisher = site.sign_in(Role::Publisher).await;
    assert_eq!(site.call(&publisher, "transfer/start", &start).status, 404);
    assert_eq!(site.open(&publisher, "/admin/transfer/rejects").status, 404);
    assert!(!site.open(&viewer, SCREEN).text().contains("type=\"file\""));
    for target in ["export", "rejects", "progress?job=1"] {
        let answer = site.node.get(&format!("{SCREEN}/{target}"), &[]);
        assert_eq!(answer.status, 401, "{target}");
    }
    // Without JavaScript the confirmation is an ordinary form.
    upload(&site, &publisher, "one.jsonl", &file);
    let id = self::waiting(&site);
    let sent = site.send(&publisher, "transfer/start", SCREEN, &[("upload", &id)]);
    assert!(
        sent.header("location")
            .starts_with("/admin/transfer/imports/"),
        "{sent:?}"
    );
}
