//! Import and export at the desk, and the same by tokens.

use domain::Role;
use serde_json::{Value, json};

use super::support::{Site, Visit, desk};
use crate::client::{Answer, send};
use crate::command::{on, succeed};
use crate::support::{CONTENT, eventually};

const SCREEN: &str = "/admin/transfer";
const BOUNDARY: &str = "----landfall-tests";
/// Most bytes of a file.
const MOST: usize = 50 * 1_024 * 1_024;

/// Sends a file as a browser's form does.
fn upload_with(site: &Site, headers: &str, name: &str, content: &[u8]) -> Answer {
    let before = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    let after = format!("\r\n--{BOUNDARY}--\r\n");
    let length = before.len() + content.len() + after.len();
    let head = format!(
        "POST /admin/transfer/upload HTTP/1.1\r\nHost: site.example\r\nContent-Length: {length}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{headers}Connection: close\r\n\r\n"
    );
    let request = [
        head.as_bytes(),
        before.as_bytes(),
        content,
        after.as_bytes(),
    ]
    .concat();
    send(site.node.address, &request)
}

fn upload(site: &Site, visit: &Visit, name: &str, content: impl AsRef<[u8]>) -> Answer {
    let cookie = format!("Cookie: {}\r\n", visit.cookie);
    upload_with(site, &cookie, name, content.as_ref())
}

/// The number of the file that waits.
fn waiting(site: &Site) -> String {
    site.database
        .query("SELECT max(id) FROM uploads WHERE job_id IS NULL")
}

/// The rows of the table that says what an import would do.
fn counts(screen: &Answer) -> Vec<String> {
    screen.select("[aria-label='What the import would do'] tbody tr")
}

async fn over(site: &Site, job: &str) -> String {
    let state = format!("SELECT state FROM jobs WHERE id = {job}");
    eventually("the import is over", || {
        let state = site.database.query(&state);
        (state != "running").then_some(state)
    })
    .await
}

fn variant(id: &str, headline: &str) -> Value {
    json!({
        "kind": "variant", "id": id, "page": "pricing", "segment": "smb", "locale": "en", "name": id,
        "content": {"blocks": [{"type": "hero", "id": "hero", "headline": headline}]}
    })
}

/// A file with something new, something changed, and something that stands there already.
fn good() -> String {
    let mut lines: Vec<String> = CONTENT.lines().map(str::to_owned).collect();
    for line in &mut lines {
        *line = line.replace("Owners of small companies", "Owners of small firms");
    }
    lines.push(variant("new-one", "A price for bakeries").to_string());
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_checked_then_confirmed_then_imported_once() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let answer = upload(&site, &publisher, "offers.jsonl", good());
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, SCREEN),
        "{answer:?}"
    );
    let screen = site.open(&publisher, SCREEN);
    let text = screen.select("main").concat();
    assert!(text.contains("Dry run of offers.jsonl"), "{text}");
    assert!(
        text.contains("All rows are good. Nothing has been imported yet."),
        "{text}"
    );
    let records = CONTENT.lines().count();
    let variants = CONTENT
        .lines()
        .filter(|line| line.contains(r#""kind":"variant""#))
        .count();
    let segments = CONTENT
        .lines()
        .filter(|line| line.contains(r#""kind":"segment""#))
        .count();
    assert_eq!(
        counts(&screen),
        [
            "Site0010".to_owned(),
            format!("Segments01{}0", segments - 1),
            "Pages0020".to_owned(),
            format!("Variants10{variants}0"),
        ]
    );
    assert!(
        text.contains("Owners of small companies who want a clear price."),
        "{text}"
    );
    assert!(text.contains("A price for bakeries"), "{text}");
    assert_eq!(
        site.database
            .query("SELECT count(*) FROM variants WHERE external_id = 'new-one'"),
        "0"
    );

    let file = waiting(&site);
    let places: Vec<String> = (0..2)
        .map(|_| {
            let started = site.call(&publisher, "transfer/start", &[("upload", &file)]);
            started.header("location").to_owned()
        })
        .collect();
    let job = site.database.query("SELECT id FROM jobs");
    let place = format!("/admin/transfer/imports/{job}");
    assert_eq!(places, [place.clone(), place.clone()]);
    assert_eq!(over(&site, &job).await, "succeeded");
    // Even once it is over, the same file is not imported again.
    let again = site.call(&publisher, "transfer/start", &[("upload", &file)]);
    assert_eq!(again.header("location"), place, "{again:?}");
    assert_eq!(site.database.query("SELECT count(*) FROM jobs"), "1");

    let screen = site.open(&publisher, &place).select("main").concat();
    assert!(
        screen.contains(&format!(
            "2 records saved, {} were there already",
            records - 1
        )),
        "{screen}"
    );
    assert_eq!(
        site.database.query(
            "SELECT count(*) FROM upload_pieces UNION ALL
             SELECT count(*) FROM variants WHERE external_id = 'new-one'"
        ),
        "0\n1"
    );
    let who = &publisher.person.email;
    let written = "SELECT r.author, r.author_id, v.head_author, v.published_by FROM variants v \
                   JOIN variant_revisions r ON r.variant_id = v.id WHERE external_id = 'new-one'";
    assert_eq!(
        site.database.query(written),
        format!("{who}|{}|{who}|{who}", publisher.person.id.0)
    );
    let log = "SELECT action, actor FROM audit_log WHERE action LIKE '%import%' AND actor <> 'command line' ORDER BY id";
    let expected = [
        "import.start",
        "segment.import",
        "variant.import",
        "import.finish",
    ];
    assert_eq!(
        eventually("it is noted", || {
            let log = site.database.query(log);
            (log.lines().count() == expected.len()).then_some(log)
        })
        .await,
        expected.map(|action| format!("{action}|{who}")).join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_keep_a_whole_file_out_and_are_told_one_by_one() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let mut lines = vec![
        variant("fine", "A headline").to_string(),
        r#"{"kind":"variant","id":"bad","page":"nowhere","locale":"fr","name":"N","content":{"title":"T"}}"#.to_owned(),
        r#"{"kind":"segment","key":"=HYPERLINK(\"https://evil.example\")"}"#.to_owned(),
        r#"{"kind":"variant","=cmd|' /C calc'!A0":1,"id":"x","page":"pricing","locale":"en","name":"N","content":{"title":"T"}}"#.to_owned(),
        "nonsense".to_owned(),
    ];
    lines.extend((0..300).map(|_| "{}".to_owned()));
    upload(&site, &publisher, "bad.jsonl", lines.join("\n"));
    let screen = site.open(&publisher, SCREEN);
    let text = screen.select("main").concat();
    assert!(text.contains("304 rows are bad."), "{text}");
    assert_eq!(
        counts(&screen),
        ["Segments0001", "Variants1002", "Not readable000301"]
    );
    assert!(text.contains("fr is not a language of this site"), "{text}");
    assert!(text.contains("These are the first 200 of 305"), "{text}");
    assert!(!text.contains("Import 1 record"), "{text}");
    let refused = site.call(&publisher, "transfer/start", &[("upload", &waiting(&site))]);
    assert_eq!(refused.status, 409, "{refused:?}");

    let rejects = site.open(&publisher, "/admin/transfer/rejects");
    assert_eq!(rejects.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        rejects.header("content-disposition"),
        "attachment; filename=\"rejected-rows.csv\""
    );
    let body = dechunked(&rejects);
    assert!(
        body.starts_with("\u{feff}line,field,problem\n2,locale,\"fr is not"),
        "{body}"
    );
    assert_eq!(body.lines().count(), 1 + 305);
    // No cell starts as a formula does, whatever the file said.
    assert!(body.contains("'=cmd"), "{body}");
    let dangerous = ['=', '+', '-', '@'];
    for line in body.lines() {
        for cell in line.split(',') {
            assert!(
                !cell
                    .strip_prefix('"')
                    .unwrap_or(cell)
                    .starts_with(dangerous),
                "{line}"
            );
        }
    }
    assert_eq!(
        site.database.query("SELECT count(*) FROM jobs UNION ALL SELECT count(*) FROM variants WHERE external_id = 'fine'"),
        "0\n0"
    );
    let discarded = site.call(&publisher, "transfer/discard", &[]);
    assert!(discarded.header("location").contains("file-discarded"));
    assert_eq!(site.database.query("SELECT count(*) FROM uploads"), "0");
    assert_eq!(site.open(&publisher, "/admin/transfer/rejects").status, 404);
}

/// The body of an answer that is sent in chunks.
fn dechunked(answer: &Answer) -> String {
    if answer.header("transfer-encoding") != "chunked" {
        return answer.text().to_owned();
    }
    let mut rest = answer.body.as_slice();
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|bytes| bytes == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    String::from_utf8(body).expect("UTF-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn formulas_and_scripts_are_texts_all_the_way() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let formula = "=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")";
    let script = "<script>alert(1)</script>";
    let file = format!(
        "kind,id,page,segment,locale,name,content.blocks.0.type,content.blocks.0.id,content.blocks.0.headline\n\
         variant,formula,pricing,smb,en,\"{formula}\",hero,hero,{script}\n"
    );
    upload(&site, &publisher, "<script>alert(2)<.csv", file);
    let screen = site.open(&publisher, SCREEN);
    assert!(!screen.text().contains("<script>alert"), "{screen:?}");
    let text = screen.select("main").concat();
    assert!(
        text.contains("=HYPERLINK(\"https://evil.example\",\"x\")"),
        "{text}"
    );
    assert!(text.contains(script), "{text}");
    assert!(text.contains("Dry run of <script>alert(2)<.csv"), "{text}");
    site.call(&publisher, "transfer/start", &[("upload", &waiting(&site))]);
    assert_eq!(over(&site, "1").await, "succeeded");
    let job = site.open(&publisher, "/admin/transfer/imports/1");
    assert!(!job.text().contains("<script>alert"));

    let csv = site.open(&publisher, "/admin/transfer/export?format=csv&page=pricing");
    assert!(
        dechunked(&csv).contains("\"'=HYPERLINK(\"\"https://evil.example"),
        "{csv:?}"
    );
    let page = site.open(
        &publisher,
        "/admin/preview/frame?page=/pricing&segment=smb&drafts=true",
    );
    assert!(!page.text().contains(script));
}

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

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_what_the_command_line_writes() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    for format in ["jsonl", "csv"] {
        let file = folder.path().join(format!("out.{format}"));
        succeed(
            on(folder.path(), &site.database.url)
                .arg("export")
                .arg(&file),
        );
        let expected = std::fs::read_to_string(file).expect("UTF-8");
        let answer = site.open(&viewer, &format!("{SCREEN}/export?format={format}"));
        assert_eq!(answer.header("cache-control"), "private, no-store");
        assert_eq!(dechunked(&answer), expected, "{format}");
    }
    let page = site.open(
        &viewer,
        &format!("{SCREEN}/export?format=jsonl&page=routes"),
    );
    let kinds: Vec<(String, String)> = dechunked(&page)
        .lines()
        .map(|line| {
            let record: Value = serde_json::from_str(line).expect("JSON");
            let name = record.get("id").or(record.get("key")).expect("a name");
            (record["kind"].to_string(), name.to_string())
        })
        .collect();
    let expected = [
        ("segment", "enterprise"),
        ("page", "routes"),
        ("variant", "routes--any-cold-chain--en"),
        ("variant", "routes--enterprise--en"),
    ];
    assert_eq!(
        kinds,
        expected.map(|(kind, name)| (format!("\"{kind}\""), format!("\"{name}\"")))
    );
    assert_eq!(
        site.open(&viewer, &format!("{SCREEN}/export?page=nowhere"))
            .status,
        404
    );
    assert_eq!(
        site.open(&viewer, &format!("{SCREEN}/export?format=xml"))
            .status,
        422
    );
}
