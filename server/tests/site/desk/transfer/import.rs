//! A file is looked at, confirmed and imported.

use domain::Role;

use super::{SCREEN, counts, dechunked, good, over, upload, variant, waiting};
use crate::desk::support::desk;
use crate::support::{CONTENT, eventually};

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
            "Site001".to_owned(),
            format!("Segments01{}", segments - 1),
            "Pages002".to_owned(),
            format!("Variants10{variants}"),
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
        ["Segments01", "Variants12", "Not readable0301"]
    );
    assert!(text.contains("fr is not a language of this site"), "{text}");
    assert!(text.contains("2variant badlocale"), "{text}");
    assert!(text.contains("5not readable"), "{text}");
    assert!(text.contains("These are the first 200 of 305"), "{text}");
    // Nothing of it is imported unless somebody says that it shall be without the bad rows.
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
        body.starts_with(
            "\u{feff}line,kind,name,field,problem,row\n2,variant,bad,locale,\"fr is not"
        ),
        "{body}"
    );
    // Each problem comes with the row it lies in, to be found and corrected.
    let second = body.lines().nth(1).unwrap_or_default();
    assert!(
        second.ends_with(r#","{""kind"":""variant"",""id"":""bad"",""page"":""nowhere"",""locale"":""fr"",""name"":""N"",""content"":{""title"":""T""}}""#),
        "{second}"
    );
    assert!(
        body.contains("\n5,,,,") && body.contains(",nonsense\n"),
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
    // Another file takes the place of this one.
    let another = "form[action='/admin/transfer/upload'] input[type=file]";
    assert_eq!(screen.select(another).len(), 1);
    assert!(text.contains("It takes the place of bad.jsonl"), "{text}");
    let file = variant("fine", "A headline").to_string();
    upload(&site, &publisher, "good.jsonl", file);
    let text = site.open(&publisher, SCREEN).select("main").concat();
    assert!(text.contains("Dry run of good.jsonl"), "{text}");
    assert!(text.contains("All rows are good."), "{text}");
    assert_eq!(site.database.query("SELECT count(*) FROM uploads"), "1");

    let discarded = site.call(&publisher, "transfer/discard", &[]);
    assert!(discarded.header("location").contains("file-discarded"));
    assert_eq!(site.database.query("SELECT count(*) FROM uploads"), "0");
    assert_eq!(site.open(&publisher, "/admin/transfer/rejects").status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_rows_are_imported_without_the_bad_ones() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let page = CONTENT
        .lines()
        .find(|line| line.contains(r#""id":"pricing""#) && line.contains(r#""kind":"page""#))
        .expect("it is there");
    let lines = [
        variant("fine", "A headline").to_string(),
        "nonsense".to_owned(),
        // Its path is another's, so it cannot come, and neither can a variant of it.
        page.replace(r#""id":"pricing""#, r#""id":"offers""#),
        variant("of-none", "A headline")
            .to_string()
            .replace(r#""page":"pricing""#, r#""page":"offers""#),
    ];
    upload(&site, &publisher, "mixed.jsonl", lines.join("\n"));
    let screen = site.open(&publisher, SCREEN);
    let text = screen.select("main").concat();
    assert!(text.contains("3 rows are bad."), "{text}");
    assert!(text.contains("Import the good record"), "{text}");
    assert_eq!(counts(&screen), ["Pages01", "Variants11", "Not readable01"]);
    let hint = "there is no page \"offers\"; import it first or in the same file (correcting the other bad rows";
    assert!(text.contains(hint), "{text}");

    let file = waiting(&site);
    let fields = [("upload", file.as_str()), ("skip_bad_rows", "true")];
    let started = site.call(&publisher, "transfer/start", &fields);
    let place = started.header("location").to_owned();
    let job = site.database.query("SELECT id FROM jobs");
    assert_eq!(place, format!("/admin/transfer/imports/{job}"));
    assert_eq!(over(&site, &job).await, "succeeded");
    let saved = "SELECT external_id FROM variants WHERE external_id IN ('fine', 'of-none')";
    assert_eq!(site.database.query(saved), "fine");
    let screen = site.open(&publisher, &place);
    let text = screen.select("main").concat();
    assert!(text.contains("1 record saved, 0 were there"), "{text}");
    assert!(text.contains("3 bad rows are left out."), "{text}");
    let listed = site.open(&publisher, SCREEN).select("main").concat();
    assert!(listed.contains("1, 3 left out"), "{listed}");
    let pieces = "SELECT count(*) FROM upload_pieces";
    assert_eq!(site.database.query(pieces), "0");

    // They can be had for an hour, whatever becomes of the site.
    let moved = page.replace("/pricing", "/former-pricing");
    upload(&site, &publisher, "page.jsonl", moved);
    let file = waiting(&site);
    let started = site.call(&publisher, "transfer/start", &[("upload", &file)]);
    let other = started.header("location").rsplit('/').next();
    assert_eq!(over(&site, other.unwrap_or_default()).await, "succeeded");
    let rejects = format!("/admin/transfer/rejects?job={job}");
    let link = format!("main a[href='{rejects}']");
    assert_eq!(screen.select(&link).len(), 1);
    let body = site.open(&publisher, &rejects);
    let body = body.text();
    let lines: Vec<&str> = body.lines().skip(1).map(|line| &line[..2]).collect();
    assert_eq!(lines, ["2,", "3,", "4,"], "{body}");
    let viewer = site.sign_in(Role::Viewer).await;
    assert_eq!(site.open(&viewer, &rejects).status, 403);
    site.database
        .query("UPDATE jobs SET finished_at = finished_at - interval '61 minutes'");
    assert_eq!(site.open(&publisher, &rejects).status, 404);
    let screen = site.open(&publisher, &place);
    let text = screen.select("main").concat();
    assert!(text.contains("3 bad rows are left out."), "{text}");
    assert!(screen.select(&link).is_empty());
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
