//! `landfall embed start`, killed.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

use super::support::{moving, rows};
use crate::command::{on, succeed};

/// How often the program is killed.
const KILLS: u64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_worker_twenty_times_changes_no_row() {
    let site = moving().await;
    // One text a request, so that there is much to interrupt.
    let folder = site.folder("batch_texts = 1", "[spaces]\nlease_seconds = 1\n");
    let command = |action: &str| {
        let mut command = on(folder.path(), &site.database.url);
        command.args(["embed", action]);
        command
    };
    let space = site.start().await;
    let count =
        format!("SELECT done FROM jobs WHERE space_version = {space} ORDER BY id DESC LIMIT 1");
    let state = format!("SELECT state FROM embedding_spaces WHERE version = {space}");
    let (mut kills, mut tries, mut rounds, mut last) = (0, 0, 1, 0);
    while kills < KILLS {
        // A fast machine is done before it was killed often enough: then it has everything to do again.
        if site.database.query(&state) == "ready" {
            site.database.query(&format!(
                "DROP INDEX embeddings_space_{space}_hnsw;
                 DELETE FROM embeddings WHERE space_version = {space};
                 DELETE FROM query_embeddings WHERE space_version = {space};
                 UPDATE embedding_spaces SET state = 'building' WHERE version = {space}"
            ));
            site.start().await;
            (rounds, last) = (rounds + 1, 0);
        }
        let mut running = command("start")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // Anywhere between its start and its end, elsewhere each time.
        let until = Duration::from_millis(40 + tries * 37 % 400);
        tries += 1;
        tokio::time::sleep(until).await;
        running.kill().expect("it can be killed");
        if running.wait().expect("it is gone").signal().is_some() {
            kills += 1;
        }
        let done: u64 = site.database.query(&count).parse().expect("a number");
        assert!(done >= last, "{done} after {last}");
        last = done;
    }
    if site.database.query(&state) != "ready" {
        succeed(&mut command("start"));
    }
    let calm = moving().await;
    let other = calm.fill().await;
    assert_eq!(rows(&site.database, space), rows(&calm.database, other));
    // Each kill costs at most the text that was under way.
    let most = rounds * site.texts() + usize::try_from(KILLS).expect("a few");
    assert!(site.sent() <= most, "{} of {most}", site.sent());
    let jobs = site.database.query("SELECT count(*) FROM jobs");
    assert_eq!(jobs, rounds.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_plans_fills_compares_switches_and_goes_back() {
    let site = moving().await;
    let folder = site.folder("price_per_million_tokens = 100.0", "");
    let embed = |arguments: &[&str]| {
        let mut command = on(folder.path(), &site.database.url);
        command.arg("embed").args(arguments);
        succeed(&mut command)
    };
    let plan = embed(&["plan"]);
    assert!(
        plan.contains(&format!("{} to embed, 0 embedded already", site.texts())),
        "{plan}"
    );
    assert!(plan.contains("per million tokens"), "{plan}");
    assert_eq!(embed(&["start"]), "space 2 is complete\n");
    let status = embed(&["status"]);
    assert!(status.contains("succeeded"), "{status}");
    let drift = embed(&["drift", "--csv", "all.csv", "--svg", "picture.svg"]);
    assert!(drift.contains("decisions ("), "{drift}");
    assert!(drift.contains("terms    floor 0."), "{drift}");
    let csv = std::fs::read_to_string(folder.path().join("all.csv")).expect("it was written");
    assert!(
        csv.starts_with("page,segment,locale,term,visits,changes,"),
        "{csv}"
    );
    let svg = std::fs::read_to_string(folder.path().join("picture.svg")).expect("it was written");
    assert!(svg.starts_with("<svg xmlns="), "{svg}");
    assert_eq!(
        embed(&["switch", "--floor", "0.2", "--term-floor", "0.3"]),
        "space 2 decides now\n"
    );
    // Each says where it leads, and where the next one would.
    for (to, from) in [(1, 2), (2, 1), (1, 2)] {
        let said = embed(&["rollback"]);
        assert!(
            said.starts_with(&format!("space {to} decides again, as until 20")),
            "{said}"
        );
        let next = format!(" UTC\nspace {from} is kept; another rollback leads to it\n");
        assert!(said.ends_with(&next), "{said}");
    }
    // Without a command: the configured model decides already.
    let again = embed(&[]);
    assert!(again.starts_with("0 texts embedded; openai/old"), "{again}");
}
