//! `landfall import` and `landfall export`: nothing half-written, nothing lost, nothing twice.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::command::{on, run, succeed};
use crate::support::{CONTENT, empty_database, query};

#[test]
fn every_bad_row_is_reported_and_nothing_is_written() {
    let rows = rows();
    let lines: Vec<&[u8]> = rows.iter().map(|(_, row)| row.as_slice()).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("bad.jsonl"), lines.join(&b"\n"[..])).expect("writable");
    let database = empty_database();
    let (code, printed, complaint) =
        run(on(folder.path(), &database).args(["import", "bad.jsonl"]));
    assert_eq!((code, printed.as_str()), (1, ""), "{complaint}");
    let mut told = complaint.lines();
    let summary = told.next().unwrap_or_default();
    assert!(summary.ends_with("nothing was imported"), "{complaint}");
    for (line, (expected, _)) in (1..).zip(&rows) {
        if !expected.is_empty() {
            let found = told.next().unwrap_or_default();
            let expected = format!("  line {line}: {expected}");
            assert!(found.starts_with(&expected), "{expected}\n{complaint}");
        }
    }
    assert_eq!(told.next(), None);
    assert_eq!(
        query(
            &database,
            "SELECT count(*) FROM pages UNION ALL SELECT count(*) FROM variants
             UNION ALL SELECT count(*) FROM query_embeddings UNION ALL SELECT count(*) FROM segments"
        ),
        "0\n0\n0\n1"
    );
}

#[test]
fn the_good_rows_of_a_bad_file_are_imported_when_that_is_asked_for() {
    let rows = rows();
    let lines: Vec<&[u8]> = rows.iter().map(|(_, row)| row.as_slice()).collect();
    let bad = rows.iter().filter(|(expected, _)| !expected.is_empty());
    let bad = bad.count();
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("bad.jsonl"), lines.join(&b"\n"[..])).expect("writable");
    let database = empty_database();
    let asked = |more: &[&str]| {
        let mut command = on(folder.path(), &database);
        command.args(["import", "bad.jsonl", "--skip-bad-rows"]);
        let (code, printed, complaint) = run(command.args(more));
        assert_eq!(code, 0, "{complaint}");
        assert_eq!(complaint.matches("  line ").count(), bad, "{complaint}");
        printed
    };
    assert_eq!(
        asked(&["--dry-run"]),
        format!("1 new, 0 changed, 0 unchanged, {bad} rejected; nothing was written\n")
    );
    let printed = asked(&[]);
    assert!(printed.contains("1 records saved"), "{printed}");
    assert!(
        printed.ends_with(&format!("{bad} bad rows skipped\n")),
        "{printed}"
    );
    assert_eq!(query(&database, "SELECT external_id FROM pages"), "good");
}

#[test]
fn what_is_right_only_together_with_a_bad_row_is_skipped_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = empty_database();
    let page = |id: &str, path: &str, locale: &str| {
        let content = json!({
            "title": "T", "description": "D", "blocks": [{"type": "hero", "id": "hero", "headline": "H"}]
        });
        json!({"kind": "page", "id": id, "path": path, "intent": "I", "contents": {locale: content}})
    };
    let variant = |id: &str, page: &str, locale: &str| {
        json!({
            "kind": "variant", "id": id, "page": page, "locale": locale, "name": "N", "content": {"title": "T"}
        })
    };
    let site = |locales: &[&str]| {
        json!({
            "kind": "site", "name": "S", "default_locale": "en", "locales": locales, "time_zone": "UTC"
        })
    };
    let import = |rows: &[serde_json::Value]| {
        let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
        fs::write(folder.path().join("some.jsonl"), rows.join("\n")).expect("writable");
        let mut command = on(folder.path(), &database);
        let (code, _, complaint) = run(command.args(["import", "some.jsonl", "--skip-bad-rows"]));
        assert_eq!(code, 0, "{complaint}");
        let bad = complaint
            .lines()
            .filter_map(|line| line.strip_prefix("  line "));
        bad.map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let ids = |like: &str| {
        let sql = format!("SELECT external_id FROM {like} ORDER BY 1");
        query(&database, &sql)
    };
    let none = import(&[
        site(&["en"]),
        page("a", "/a", "en"),
        page("b", "/b", "en"),
        page("c", "/c", "en"),
        page("d", "/fr", "en"),
    ]);
    assert_eq!(none, "");
    // Each goes where the next one was, and the last one stays.
    let chain = import(&[
        variant("of-a", "a", "en"),
        page("a", "/b", "en"),
        page("b", "/c", "en"),
        page("c", "/elsewhere", "xx"),
        page("new", "/new", "en"),
        page("new", "/again", "en"),
    ]);
    assert_eq!(chain, "2 3 4 6");
    assert_eq!(ids("variants"), "of-a");
    assert_eq!(
        ids("pages WHERE path IN ('/a', '/b', '/c', '/new')"),
        "a\nb\nc\nnew"
    );
    // The page in the way of French does not move, so there is no French.
    let language = import(&[
        site(&["en", "fr"]),
        page("d", "/away", "xx"),
        page("french", "/french", "fr"),
        variant("of-french", "french", "fr"),
        variant("in-french", "a", "fr"),
        variant("of-d", "d", "en"),
    ]);
    assert_eq!(language, "1 2 3 4 4 5");
    assert_eq!(ids("variants"), "of-a\nof-d");
}

#[test]
fn a_page_that_lies_where_a_languages_pages_lie_is_refused_from_both_sides() {
    let content = json!({
        "title": "T", "description": "D", "blocks": [{"type": "hero", "id": "hero", "headline": "H"}]
    });
    let page = json!({
        "kind": "page", "id": "mv", "path": "/fr/mv", "intent": "I", "contents": {"en": content}
    });
    let site = |locales: &[&str]| json!({"kind": "site", "name": "N", "default_locale": "en", "locales": locales});
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = empty_database();
    let import = |records: &[&serde_json::Value]| {
        let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
        fs::write(folder.path().join("rows.jsonl"), lines.join("\n")).expect("writable");
        run(on(folder.path(), &database).args(["import", "rows.jsonl"]))
    };
    let (code, _, complaint) = import(&[&site(&["en", "fr"]), &page]);
    assert_eq!(code, 1, "{complaint}");
    assert!(
        complaint.contains("line 2: path: begins with fr"),
        "{complaint}"
    );
    let (code, _, complaint) = import(&[&site(&["en"]), &page]);
    assert_eq!(code, 0, "{complaint}");
    let (code, _, complaint) = import(&[&site(&["en", "fr"])]);
    assert_eq!(code, 1, "{complaint}");
    assert!(
        complaint.contains("line 1: locales: the path /fr/mv"),
        "{complaint}"
    );
}

/// How the complaint about each row starts, empty for a good one, and the row.
fn rows() -> Vec<(String, Vec<u8>)> {
    let written = include_str!("bad_rows.tsv").lines().map(|line| {
        let (expected, row) = line.split_once('\t').expect("a tab");
        (expected.to_owned(), row.as_bytes().to_vec())
    });
    let long = json!({
        "kind": "segment", "key": "long", "name": "x".repeat(5_000), "description": "D", "priority": 1, "condition": {}
    });
    let deep = format!("{}{{}}{}", r#"{"$not":"#.repeat(1_000), "}".repeat(1_000));
    let deep = format!(
        r#"{{"kind":"segment","key":"deep","name":"N","description":"D","priority":1,"condition":{deep}}}"#
    );
    let latin_1 = b"{\"kind\":\"segment\",\"key\":\"latin-1\",\"name\":\"M\xfcller\"}";
    let huge = format!("{{\"kind\":\"{}\"}}", "x".repeat(2_000_000));
    written
        .chain([
            ("condition: nests too deep".to_owned(), deep.into_bytes()),
            ("is not UTF-8".to_owned(), latin_1.to_vec()),
            (String::new(), Vec::new()),
            (
                "name: is 5000 characters long".to_owned(),
                long.to_string().into_bytes(),
            ),
            ("is longer than".to_owned(), huge.into_bytes()),
        ])
        .collect()
}

#[test]
fn the_same_import_again_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("site.jsonl"), CONTENT).expect("writable");
    let database = empty_database();
    let import = || succeed(on(folder.path(), &database).args(["import", "site.jsonl"]));
    let records = CONTENT.lines().count();
    let first = import();
    assert!(
        first.starts_with(&format!("{records} records saved, 0 unchanged, ")),
        "{first}"
    );
    assert_eq!(
        import(),
        format!("0 records saved, {records} unchanged, 0 texts embedded\n")
    );
}

#[test]
fn a_command_whose_reader_has_enough_ends_quietly() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("site.jsonl"), CONTENT).expect("writable");
    let database = empty_database();
    succeed(on(folder.path(), &database).args(["import", "site.jsonl"]));
    for arguments in [&["export"][..], &["embed", "status"]] {
        let mut command = on(folder.path(), &database);
        command.args(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("it ends");
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{arguments:?}: {complaint}");
        assert_eq!(complaint, "", "{arguments:?}");
    }
}

#[test]
fn an_export_imported_elsewhere_is_exported_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("site.jsonl"), CONTENT).expect("writable");
    let first = empty_database();
    succeed(on(folder.path(), &first).args(["import", "site.jsonl"]));
    for extension in ["jsonl", "csv"] {
        let [out, again] = ["out", "again"].map(|name| format!("{name}.{extension}"));
        succeed(on(folder.path(), &first).args(["export", &out]));
        let second = empty_database();
        succeed(on(folder.path(), &second).args(["import", &out]));
        succeed(on(folder.path(), &second).args(["export", &again]));
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("UTF-8");
        assert_eq!(read(&out), read(&again));
        assert!(read(&out).contains("Preise für Konzerne"));
    }
}

#[test]
fn an_import_that_was_killed_is_finished_by_the_next() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let count = 240;
    fs::write(folder.path().join("large.jsonl"), large(count)).expect("writable");
    let database = empty_database();
    let mut import = on(folder.path(), &database);
    let mut interrupted = import
        .args(["import", "large.jsonl"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut news = BufReader::new(interrupted.stderr.take().expect("it is piped"));
    let mut line = String::new();
    while !line.contains(" records") {
        line.clear();
        assert!(
            news.read_line(&mut line).expect("UTF-8") > 0,
            "no batch was saved"
        );
    }
    interrupted.kill().expect("it runs still");
    interrupted.wait().expect("it is our child");
    let saved: usize = query(&database, "SELECT count(*) FROM variants")
        .parse()
        .expect("a number");
    assert!(saved > 0 && saved < count, "{saved} variants");

    let summary = succeed(on(folder.path(), &database).args(["import", "large.jsonl"]));
    let rest = count - saved;
    assert!(
        summary.starts_with(&format!("{rest} records saved, ")),
        "{summary}"
    );
    let undisturbed = empty_database();
    succeed(on(folder.path(), &undisturbed).args(["import", "large.jsonl"]));
    assert_eq!(
        everything(folder.path(), &database),
        everything(folder.path(), &undisturbed)
    );
}

/// The tests' site with `count` variants of its own, each with a text nobody has embedded yet.
fn large(count: usize) -> String {
    let site = CONTENT
        .lines()
        .filter(|line| !line.starts_with(r#"{"kind":"variant""#));
    let mut lines: Vec<String> = site.map(str::to_owned).collect();
    lines.extend((0..count).map(|number| {
        let variant = json!({
            "kind": "variant", "id": format!("v{number}"), "page": "pricing", "segment": "smb", "locale": "en",
            "name": "N", "content": {"title": format!("Offer {number}")}
        });
        variant.to_string()
    }));
    lines.join("\n")
}

fn everything(folder: &Path, database: &str) -> (String, String) {
    let records = succeed(on(folder, database).arg("export"));
    let vectors = "SELECT v.external_id, e.embedding FROM embeddings e JOIN variants v ON v.id = e.variant_id ORDER BY 1";
    (records, query(database, vectors))
}
