//! The audit log, read and taken away.

use super::support::{Role, Site, desk};

/// Notes something that never happened.
fn note(site: &Site, actor: &str, action: &str, subject: &str, at: &str) {
    site.database.query(&format!(
        "INSERT INTO audit_log (actor, action, subject, at, before, after) VALUES \
         ('{actor}', '{action}', '{subject}', '{at}', '{{\"intent\": \"old\"}}', '{{\"intent\": \"new\"}}')"
    ));
}

async fn noted() -> Site {
    let site = desk().await;
    site.database.query("DELETE FROM audit_log");
    note(
        &site,
        "ann@site.example",
        "page.save",
        "pricing",
        "2026-03-01T12:00:00Z",
    );
    note(
        &site,
        "bob@site.example",
        "page.save",
        "routes",
        "2026-03-02T12:00:00Z",
    );
    note(
        &site,
        "bob@site.example",
        "segment.save",
        "smb",
        "2026-03-03T22:59:00Z",
    );
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_filtered_by_person_kind_name_and_day() {
    let site = noted().await;
    let viewer = site.sign_in(Role::Viewer).await;
    site.database
        .query("DELETE FROM audit_log WHERE action NOT IN ('page.save', 'segment.save')");
    let found = |query: &str| {
        let answer = site.open(&viewer, &format!("/admin/activity?{query}"));
        assert_eq!(answer.status, 200, "{query}");
        answer.select("ol > li p > .font-medium:last-child")
    };
    let (smb, routes, pricing) = ("Small companies", "/landing/routes", "/pricing");
    assert_eq!(found(""), [smb, routes, pricing]);
    assert_eq!(found("person=bob%40site.example"), [smb, routes]);
    assert_eq!(found("kind=page"), [routes, pricing]);
    assert_eq!(found("subject=PRIC"), [pricing]);
    assert_eq!(found("subject=small+comp"), [smb]);
    assert_eq!(found("subject=SMB"), [smb]);
    assert_eq!(found("from=2026-03-02&to=2026-03-02"), [routes]);
    // In the site's time zone, Berlin, that minute is the last of the day.
    assert_eq!(found("from=2026-03-03&to=2026-03-03"), [smb]);
    assert!(found("from=2026-03-04").is_empty());
    let wrong = site.open(&viewer, "/admin/activity?from=tomorrow");
    assert!(wrong.text().contains("write it as 2026-03-01"));
    let entry = site.open(&viewer, "/admin/activity?kind=segment");
    assert_eq!(entry.select("del"), ["Before: old"]);
    assert_eq!(entry.select("ins"), ["After: new"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_things_are_called_what_they_are_called_today() {
    let site = noted().await;
    let ann = site.person(Role::Editor).await;
    site.database.query(&format!(
        "INSERT INTO audit_log (actor_id, actor, action, subject, after) VALUES
         ({}, 'former@site.example', 'variant.until', 'pricing--smb--en', '{{\"ends_at\": \"2027-01-01T00:00:00Z\"}}'),
         ({0}, 'former@site.example', 'variant.delete', 'gone--en', NULL)",
        ann.id.0
    ));
    let viewer = site.sign_in(Role::Viewer).await;
    let shown = site.open(&viewer, "/admin/activity?kind=variant");
    let line = |place: usize| {
        shown
            .select(&format!("ol > li:nth-child({place}) p"))
            .join(" ")
    };
    assert!(line(1).contains(&format!("{} deleted the variant gone--en", ann.name)));
    assert!(line(2).contains(&format!(
        "{} set the end of the variant Prices for small companies",
        ann.name
    )));
    assert!(line(2).contains("former@site.example"), "{}", line(2));
    assert_eq!(shown.select("ins time"), ["2027-01-01 00:00 UTC"]);
    let variant = site
        .database
        .query("SELECT id FROM variants WHERE external_id = 'pricing--smb--en'");
    let link = shown.attribute("ol > li:nth-child(2) details p a", "href");
    assert_eq!(link, Some(format!("/admin/variants/{variant}")));
    // A thing that is gone leads nowhere.
    assert_eq!(shown.attribute("ol > li:nth-child(1) p a", "href"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_log_is_read_page_by_page_without_a_gap() {
    let site = noted().await;
    let viewer = site.sign_in(Role::Viewer).await;
    site.database.query(
        "INSERT INTO audit_log (actor, action, subject, at) \
         SELECT 'ann', 'variant.save', 'v' || n, now() + n * interval '1 second' FROM generate_series(1, 120) n",
    );
    let mut target = "/admin/activity?kind=variant".to_owned();
    let mut subjects = Vec::new();
    for _ in 0..3 {
        let answer = site.open(&viewer, &target);
        subjects.extend(answer.select("ol > li p > .font-medium:last-child"));
        let next = "nav[aria-label='Pages of the log'] div a";
        target = answer.attribute(next, "href").unwrap_or_default();
    }
    let expected: Vec<String> = (1..=120).rev().map(|n| format!("v{n}")).collect();
    assert_eq!(subjects, expected);
    assert_eq!(target, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_complete_filtered_and_holds_no_formula() {
    let site = noted().await;
    let viewer = site.sign_in(Role::Viewer).await;
    note(
        &site,
        "=HYPERLINK(1)",
        "variant.save",
        "@x",
        "2026-03-05T12:00:00Z",
    );
    let table = site.open(&viewer, "/admin/activity.csv?kind=variant");
    assert_eq!(table.status, 200);
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.header("content-disposition").contains("activity.csv"));
    assert_eq!(table.header("cache-control"), "private, no-store");
    let lines: Vec<String> = dechunked(&table.body).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[1].starts_with("2026-03-05T12:00:00Z,'=HYPERLINK(1),,variant.save,'@x,"),
        "{lines:?}"
    );
    site.database.query(
        "INSERT INTO audit_log (actor, action, subject) \
         SELECT 'ann', 'token.use', 't' || n FROM generate_series(1, 1200) n",
    );
    let lines = site.open(&viewer, "/admin/activity.jsonl?kind=token");
    let subjects: Vec<String> = dechunked(&lines.body)
        .lines()
        .map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
            entry["subject"].as_str().expect("a name").to_owned()
        })
        .collect();
    let expected: Vec<String> = (1..=1200).rev().map(|n| format!("t{n}")).collect();
    assert_eq!(subjects, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_takes_a_session() {
    let site = noted().await;
    let viewer = site.sign_in(Role::Viewer).await;
    for target in ["/admin/activity.csv", "/admin/activity.jsonl"] {
        let answer = site.node.get(target, &[]);
        assert_eq!(answer.status, 401, "{answer:?}");
        assert!(!answer.text().contains("pricing"));
        let wrong = site.open(&viewer, &format!("{target}?to=never"));
        assert_eq!(wrong.status, 422);
    }
}

/// The body of an answer that came in chunks.
fn dechunked(body: &[u8]) -> String {
    let mut text = Vec::new();
    let mut rest = body;
    while let Some(end) = rest.windows(2).position(|bytes| bytes == b"\r\n") {
        let length = std::str::from_utf8(&rest[..end]).expect("ASCII");
        let length = usize::from_str_radix(length, 16).expect("a length");
        text.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length + 2..];
        if length == 0 {
            break;
        }
    }
    String::from_utf8(text).expect("UTF-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_one_line_until_each_change_is_asked_for() {
    let site = noted().await;
    let viewer = site.sign_in(Role::Viewer).await;
    // Three batches of an import, a minute apart; then two variants published in one step, and one
    // by itself.
    site.database.query(
        "INSERT INTO audit_log (actor, action, subject, at) \
         SELECT 'command line', 'variant.import', 'v' || n, \
                '2026-03-04T08:00:00Z'::timestamptz + (n / 80) * interval '1 minute' \
         FROM generate_series(1, 200) n",
    );
    site.database.query(
        "INSERT INTO audit_log (actor, action, subject, at) VALUES \
         ('ann@site.example', 'variant.publish', 'v1', '2026-03-04T09:00:00Z'), \
         ('ann@site.example', 'variant.publish', 'v2', '2026-03-04T09:00:00Z'), \
         ('ann@site.example', 'variant.publish', 'v3', '2026-03-04T09:01:00Z')",
    );
    let lines = |target: &str| {
        let lines = site.open(&viewer, target).select("ol > li p:first-child");
        lines.into_iter().map(|line| line.replace('\n', " "))
    };
    let log = "/admin/activity?kind=variant";
    assert_eq!(
        lines(log).collect::<Vec<_>>(),
        [
            "ann@site.example published the variant v3",
            "ann@site.example published the variant v2 and 1 more · Show each",
            "The command line imported the variant v200 and 199 more · Show each",
        ]
    );
    let part = lines(&format!("{log}&subject=v15")).collect::<Vec<_>>();
    assert_eq!(
        part,
        ["The command line imported the variant v159 and 10 more · Show each"]
    );
    let folded = site.open(&viewer, log);
    let each = folded.attribute("ol > li:nth-child(3) a", "href").unwrap();
    let each: Vec<String> = lines(&each).collect();
    assert_eq!(each.len(), 50);
    assert_eq!(each[0], "The command line imported the variant v200");
    assert_eq!(each[49], "The command line imported the variant v151");
}
