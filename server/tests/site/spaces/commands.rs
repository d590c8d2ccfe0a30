//! What `landfall embed` chooses where nothing is named, and what it says of it.

use std::process::{Command, Stdio};
use std::sync::Arc;

use super::openai_server::Fault;
use super::support::{Gated, Moving, moving};
use crate::command::{on, run, succeed};
use crate::support::eventually;

/// The program with both models, and arguments after `embed`.
fn embed(site: &Moving, folder: &tempfile::TempDir, arguments: &[&str]) -> Command {
    let mut command = on(folder.path(), &site.database.url);
    command.arg("embed").args(arguments);
    command
}

/// Lets a text of a space count as refused.
fn refuse(site: &Moving, space: i32) {
    site.database.query(&format!(
        "WITH gone AS (
             DELETE FROM query_embeddings WHERE space_version = {space} AND text_hash = (
                 SELECT text_hash FROM embedded_texts WHERE asks IS NOT NULL ORDER BY text_hash LIMIT 1)
             RETURNING text_hash)
         INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         SELECT {space}, text_hash, 'page', 'No.', 3 FROM gone"
    ));
}

fn active(site: &Moving) -> String {
    let active = "SELECT version FROM embedding_spaces WHERE state = 'active'";
    site.database.query(active)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_command_the_next_model_goes_on_deciding_and_what_it_misses_is_embedded() {
    let site = moving().await;
    let space = site.fill_and_switch().await;
    let folder = site.folder("", "");
    refuse(&site, space);
    let said = succeed(&mut embed(&site, &folder, &[]));
    assert!(said.starts_with("1 text embedded; openai/new"), "{said}");
    assert!(
        said.contains("space 2 goes on deciding. landfall embed rollback goes back"),
        "{said}"
    );
    assert_eq!(active(&site), space.to_string());
    // What stays refused is told of.
    refuse(&site, space);
    site.server.fail_next([Fault::NotFinite; 3]);
    let said = succeed(&mut embed(&site, &folder, &[]));
    assert!(said.starts_with("0 texts embedded; openai/new"), "{said}");
    assert!(
        said.contains("1 text has no vector, because the provider refuses it;"),
        "{said}"
    );
    assert_eq!(active(&site), space.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_without_a_space_never_leads_back() {
    let site = moving().await;
    let space = site.fill().await;
    let folder = site.folder("", "");
    let call = |arguments: &[&str]| run(&mut embed(&site, &folder, arguments));
    let (code, said, _) = call(&["switch", "--floor", "0.32", "--term-floor", "0.28"]);
    assert_eq!((code, said.as_str()), (0, "space 2 decides now\n"));
    let (code, _, complaint) = call(&["switch"]);
    assert_ne!(code, 0);
    for part in [
        "landfall embed rollback goes back",
        "landfall embed switch 1",
    ] {
        assert!(complaint.contains(part), "{complaint}");
    }
    assert_eq!(active(&site), space.to_string());
    // The log has the floors as they were typed.
    let log = "SELECT after ->> 'similarity_floor', after ->> 'term_floor' FROM audit_log
               WHERE action = 'space.switch'";
    assert_eq!(site.database.query(log), "0.32|0.28");
    // Where a space decided before, its own floors hold again.
    let (code, said, complaint) = call(&["switch", "1"]);
    assert_eq!(code, 0, "{complaint}");
    assert!(
        said.starts_with("space 1 decides now\nit decided before: "),
        "{said}"
    );
    let (_, said, _) = call(&["switch", "2", "--term-floor", "0.5"]);
    let floors = "it decided before: the similarity floor is 0.32 now, the term floor 0.50\n";
    assert!(said.ends_with(floors), "{said}");
    // A suggested floor may have more digits than most.
    let (code, _, complaint) = call(&["switch", "1", "--floor", "0.341255"]);
    assert_eq!(code, 0, "{complaint}");
    let last = format!("{log} ORDER BY id DESC LIMIT 1");
    let last = site.database.query(&last);
    assert!(last.starts_with("0.341255|"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_the_work_to_a_server_is_told_what_that_takes() {
    let site = moving().await;
    let folder = site.folder("", "");
    let said = succeed(&mut embed(&site, &folder, &["start", "--detach"]));
    assert_eq!(
        said,
        "space 2: a server that has this model fills it; landfall embed start without --detach does it here\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_given_back_when_the_work_is_interrupted_or_its_server_stops() {
    let site = moving().await;
    let folder = site.folder("", "");
    let state = || site.database.query("SELECT state FROM jobs");
    let running = async || {
        eventually("the job runs", || (state() == "running").then_some(())).await;
    };
    site.server.fail_next([Fault::Hang; 20]);
    let mut start = embed(&site, &folder, &["start"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    running().await;
    let interrupt = format!("kill -INT {}", start.id());
    let sent = Command::new("sh").args(["-c", &interrupt]).status();
    assert!(sent.expect("there is a shell").success());
    let ended = tokio::task::spawn_blocking(move || {
        start.wait().expect("it ends");
        let mut said = String::new();
        let mut stderr = start.stderr.take().expect("it is piped");
        std::io::Read::read_to_string(&mut stderr, &mut said).expect("UTF-8");
        said
    });
    let said = ended.await.expect("it does not panic");
    assert!(said.contains("stopped; what is embedded stays."), "{said}");
    assert_eq!(state(), "queued");

    // A server has a lease of half a minute here.
    let site = site.with(Arc::new(Gated::new("new")));
    let state = || site.database.query("SELECT state FROM jobs");
    let node = site.node().await;
    eventually("the job runs", || (state() == "running").then_some(())).await;
    node.retire().await;
    assert_eq!(state(), "queued");
}
