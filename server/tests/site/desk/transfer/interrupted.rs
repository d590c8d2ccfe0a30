//! Imports that somebody stops, leaves, or whose node dies.

use domain::Role;

use super::{SCREEN, over, upload, variant, waiting};
use crate::desk::support::desk;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_stopped_keeps_what_it_saved_and_can_be_finished() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let count = 350;
    let lines: Vec<String> = (0..count)
        .map(|number| variant(&format!("v{number}"), &format!("Offer number {number}")).to_string())
        .collect();
    upload(&site, &publisher, "many.jsonl", lines.join("\n"));
    site.call(&publisher, "transfer/start", &[("upload", &waiting(&site))]);
    let viewer = site.sign_in(Role::Viewer).await;
    let seen = site.open(&viewer, "/admin/transfer/progress?job=1");
    assert_eq!(seen.status, 200);
    assert!(
        site.open(&viewer, "/admin/transfer/imports/1")
            .text()
            .contains("<progress")
    );
    assert!(
        !site
            .open(&viewer, "/admin/transfer/imports/1")
            .text()
            .contains("Stop the import")
    );
    assert_eq!(
        site.call(&viewer, "transfer/cancel", &[("job", "1")])
            .status,
        403
    );

    // One at a time.
    upload(
        &site,
        &publisher,
        "other.jsonl",
        variant("other", "Another").to_string(),
    );
    let busy = site.call(&publisher, "transfer/start", &[("upload", &waiting(&site))]);
    assert_eq!(busy.status, 409);
    assert!(busy.text().contains("nother import is running"), "{busy:?}");

    let stopped = site.call(&publisher, "transfer/cancel", &[("job", "1")]);
    assert!(
        stopped.header("location").contains("import-stops"),
        "{stopped:?}"
    );
    assert_eq!(over(&site, "1").await, "cancelled");
    let saved = "SELECT count(*) FROM variants WHERE external_id LIKE 'v%'";
    let saved: usize = site.database.query(saved).parse().expect("a number");
    assert!(saved > 0 && saved < count, "{saved}");
    let text = site
        .open(&publisher, "/admin/transfer/imports/1")
        .select("main")
        .concat();
    assert!(
        text.contains(&format!("Saved before it was stopped: {saved} records.")),
        "{text}"
    );
    assert_eq!(
        site.open(&viewer, "/admin/transfer/progress?job=1").text(),
        "over"
    );
    assert_eq!(
        site.call(&publisher, "transfer/cancel", &[("job", "1")])
            .status,
        409
    );

    upload(&site, &publisher, "many.jsonl", lines.join("\n"));
    let text = site.open(&publisher, SCREEN).select("main").concat();
    assert!(
        text.contains(&format!("Import {} records", count - saved)),
        "{text}"
    );
    let again = site.call(&publisher, "transfer/start", &[("upload", &waiting(&site))]);
    let (_, job) = again.header("location").rsplit_once('/').expect("a job");
    assert_eq!(over(&site, job).await, "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_import_of_a_dead_node_counts_as_failed_and_blocks_nobody() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    site.database.query(
        r#"INSERT INTO jobs (kind, state, payload, done, total, lease_holder, lease_until, started_at)
           VALUES ('import', 'running', '{"file":"lost.csv","by":"ada@site.example"}', 100, 300, 'process 1',
                   now() - interval '1 second', now() - interval '5 minutes')"#,
    );
    let text = site
        .open(&publisher, "/admin/transfer/imports/1")
        .select("main")
        .concat();
    assert!(
        text.contains("The server that ran the import has stopped"),
        "{text}"
    );
    assert!(text.contains("Saved before: 100 records."), "{text}");
    assert!(text.contains("Run it again"), "{text}");
    upload(
        &site,
        &publisher,
        "one.jsonl",
        variant("one", "One").to_string(),
    );
    site.call(&publisher, "transfer/start", &[("upload", &waiting(&site))]);
    assert_eq!(over(&site, "2").await, "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_nobody_decides_about_is_dropped_after_an_hour() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    upload(
        &site,
        &editor,
        "one.jsonl",
        variant("one", "One").to_string(),
    );
    let file = waiting(&site);
    site.database
        .query("UPDATE uploads SET created_at = now() - interval '61 minutes'");
    let text = site.open(&editor, SCREEN).select("main").concat();
    assert!(
        text.contains("Import a file") && !text.contains("Dry run"),
        "{text}"
    );
    assert_eq!(
        site.database.query("SELECT count(*) FROM upload_pieces"),
        "0"
    );
    let publisher = site.sign_in(Role::Publisher).await;
    assert_eq!(
        site.call(&publisher, "transfer/start", &[("upload", &file)])
            .status,
        404
    );
}
