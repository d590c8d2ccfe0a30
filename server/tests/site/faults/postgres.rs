//! PostgreSQL hangs, dies, has no connection left: visitors get pages all the same.

use std::path::Path;
use std::time::Duration;

use engine::store::Store;
use landfall::embedded::{Embedded, EmbeddedOptions};
use tokio::time::sleep;

use super::{PAGES, free_port};
use crate::client;
use crate::load::Load;
use crate::node::RENDERED;
use crate::support::{CONTENT, Database, Node, embedded, eventually, open_folder};

/// A PostgreSQL of the test's own, with the tests' site in it and a node that serves it.
struct Own {
    postgres: Embedded,
    options: EmbeddedOptions,
    database: Database,
    node: Node,
}

async fn own(folder: &Path) -> Own {
    let options = at_free_port(folder);
    let (postgres, database) = start_empty(&options).await;
    database.import(CONTENT).await;
    let node = database.node().await;
    Own {
        postgres,
        options,
        database,
        node,
    }
}

/// A PostgreSQL in this folder that is found at the same port each time it is started.
pub(crate) fn at_free_port(folder: &Path) -> EmbeddedOptions {
    let data = folder.join("data");
    open_folder(folder);
    open_folder(&data);
    EmbeddedOptions {
        valkey: false,
        postgres_port: Some(free_port()),
        ..embedded(data)
    }
}

/// Starts it for the first time, with the schema up to date and nothing in it.
pub(crate) async fn start_empty(options: &EmbeddedOptions) -> (Embedded, Database) {
    let postgres = start(options).await;
    let url = postgres
        .database_url()
        .expect("it was asked for")
        .to_owned();
    let store = Store::connect(&url, 2).await.expect("it runs");
    store.migrate().await.expect("the migrations are right");
    (postgres, Database { url, store })
}

/// Stops what [`own`] started: who uses the database first.
async fn end(node: Node, database: Database, postgres: Embedded) {
    drop(node);
    database.store.close().await;
    postgres.stop().await;
}

pub(crate) async fn start(options: &EmbeddedOptions) -> Embedded {
    match Embedded::start(options).await {
        Ok(postgres) => postgres,
        Err(error) => panic!("{error}"),
    }
}

/// Sends a signal to the server and to all of its processes.
pub(crate) fn signal_all(options: &EmbeddedOptions, name: &str) {
    let file = options.data_dir.join("postgres/postmaster.pid");
    let text = std::fs::read_to_string(file).expect("it runs");
    let server = text.lines().next().and_then(|pid| pid.trim().parse().ok());
    let server = server.expect("a process id");
    // Found first, because the orphans of a dead server cannot be told from others.
    let children = children(server);
    for process in std::iter::once(server).chain(children) {
        super::signal(name, process);
    }
}

/// The processes that a process has started.
fn children(parent: u32) -> Vec<u32> {
    let is_child = |process: u32| {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
        (line.trim().parse::<u32>().ok()? == parent).then_some(process)
    };
    std::fs::read_dir("/proc")
        .expect("this is Linux")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(is_child)
        .collect()
}

/// Waits until the node leaves the database alone.
async fn given_up(node: &Node) {
    eventually("the breaker", || {
        let open = node.metric("landfall_breaker_open{service=\"postgres\"}");
        (open > 0.0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_served_while_postgres_is_down_and_recover_with_it() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let Own {
        postgres,
        options,
        database,
        node,
    } = own(place.path()).await;
    node.settled("/pricing?segment=smb", &[]).await;

    postgres.stop().await;
    let seen = node.get("/pricing?segment=smb", &[]);
    assert_eq!(
        (
            seen.status,
            seen.header("x-content-cache"),
            seen.h1().as_str()
        ),
        (200, "HIT", "Prices for small companies")
    );
    for segment in ["enterprise", "mobile", "dach"] {
        let unseen = node.get(&format!("/pricing?segment={segment}"), &[]);
        // The pool may still hope when the visitor stops waiting.
        let result = unseen.header("x-content-cache");
        assert!(["MISS", "ERROR"].contains(&result), "{result}");
        assert_eq!(
            (
                unseen.status,
                unseen.header("x-content-source"),
                unseen.header("x-content-variant"),
                unseen.h1().as_str()
            ),
            (200, "default", segment, "Prices for everyone")
        );
    }
    assert_eq!(node.get("/no-such-page", &[]).status, 404);

    let postgres = start(&options).await;
    let back = node.settled("/pricing?segment=enterprise", &[]).await;
    assert_eq!(back.h1(), "Prices for enterprises");
    // News are heard again, too.
    database
        .import(&CONTENT.replace("Prices for small companies", "Prices after the storm"))
        .await;
    eventually("the news", || {
        (node.get("/pricing?segment=smb", &[]).h1() == "Prices after the storm").then_some(())
    })
    .await;
    end(node, database, postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_keep_coming_while_postgres_hangs_and_dies_and_news_are_heard_afterwards() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let Own {
        postgres,
        options,
        database,
        node,
    } = own(place.path()).await;
    let load = Load::start(node.address, PAGES);
    sleep(Duration::from_millis(500)).await;

    signal_all(&options, "STOP");
    sleep(Duration::from_secs(3)).await;
    given_up(&node).await;
    signal_all(&options, "CONT");
    eventually("the end of the pause", || {
        let open = node.metric("landfall_breaker_open{service=\"postgres\"}");
        (open < 1.0).then_some(())
    })
    .await;
    signal_all(&options, "KILL");
    given_up(&node).await;
    postgres.stop().await;
    let postgres = start(&options).await;
    eventually("the news", || {
        (node.metric("landfall_catalog_listening") > 0.0).then_some(())
    })
    .await;
    database.store.close().await;
    let store = Store::connect(&database.url, 2).await.expect("it runs");
    let database = Database {
        url: database.url,
        store,
    };
    database.import(&super::touched(1)).await;
    eventually("the publication", || {
        let page = node.get("/pricing", &[]);
        page.text().contains("Touched 1").then_some(())
    })
    .await;
    load.stop().must_be_flawless("PostgreSQL hung and died");
    end(node, database, postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_keep_coming_while_all_connections_are_taken() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let Own {
        postgres,
        database,
        node,
        ..
    } = own(place.path()).await;
    node.settled("/pricing", &[]).await;
    let greedy = Store::connect(&database.url, 200).await.expect("it runs");
    // The node loses the connections it has.
    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'landfall' AND pid <> pg_backend_pid()",
    );
    let mut held = Vec::new();
    // Until the server has none left to give.
    while let Ok(Ok(transaction)) =
        tokio::time::timeout(Duration::from_secs(3), greedy.pool().begin()).await
    {
        held.push(transaction);
    }
    assert!(held.len() > 10, "the server gave only {}", held.len());
    let rendered = node.metric(RENDERED);
    let address = node.address;
    let visitors: Vec<_> = (0..50)
        .map(|_| {
            std::thread::spawn(move || client::get(address, "/landing/routes?segment=smb", &[]))
        })
        .collect();
    for visitor in visitors {
        let answer = visitor.join().expect("it is answered");
        assert_eq!(answer.h1(), "Rounds for everyone");
    }
    let more = node.metric(RENDERED) - rendered;
    assert!(
        (more - 1.0).abs() < 0.5,
        "what stands in was rendered {more} times"
    );

    let load = Load::start(node.address, PAGES);
    given_up(&node).await;
    sleep(Duration::from_secs(1)).await;
    let what = format!("{} foreign connections", held.len());
    drop(held);
    greedy.close().await;
    database.import(&super::touched(1)).await;
    eventually("the publication", || {
        let page = node.get("/pricing", &[]);
        page.text().contains("Touched 1").then_some(())
    })
    .await;
    load.stop().must_be_flawless(&what);
    let back = node.settled("/pricing?segment=enterprise", &[]).await;
    assert_eq!(back.h1(), "Prices for enterprises");
    end(node, database, postgres).await;
}
