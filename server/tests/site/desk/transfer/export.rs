//! What leaves the site.

use domain::Role;
use serde_json::Value;

use super::{SCREEN, dechunked};
use crate::command::{on, succeed};
use crate::desk::support::desk;

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
