//! What visitors see while something is down or under attack: a page.

mod clock;
mod flood;
mod forged;
mod garbage;
pub(crate) mod postgres;
pub(crate) mod redis;
pub(crate) mod resp;

use std::net::TcpListener;
use std::process::Command;

use crate::load::Expected;
use crate::support::{CONTENT, Database, services};

/// What the load asks for: pages decided by segment, in two languages, with and without a term. The default content
/// may stand in for each.
const PAGES: &[Expected] = &[
    ("/pricing", &["Prices for everyone"]),
    (
        "/pricing?segment=smb",
        &["Prices for small companies", "Prices for everyone"],
    ),
    (
        "/pricing?segment=enterprise",
        &["Prices for enterprises", "Prices for everyone"],
    ),
    (
        "/de/pricing?segment=dach",
        &["Preise mit Vertragsunterlagen", "Preise für alle"],
    ),
    (
        "/pricing?segment=mobile",
        &["Prices for the pocket", "Prices for everyone"],
    ),
    (
        "/landing/routes?segment=enterprise",
        &["Rounds for enterprises", "Rounds for everyone"],
    ),
    (
        "/landing/routes?utm_term=cold+chain+monitoring",
        &["Cold chain monitoring", "Rounds for everyone"],
    ),
    ("/de/landing/routes", &["Touren für alle"]),
];

/// The tests' pages with another description, which changes every key and no heading.
fn touched(number: u32) -> String {
    CONTENT
        .lines()
        .filter(|line| line.starts_with(r#"{"kind":"page""#))
        .map(|line| {
            let mut page: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
            page["contents"]["en"]["description"] = format!("Touched {number}").into();
            page.to_string()
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Sends a signal to a process.
fn signal(name: &str, process: u32) {
    let _ = Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_served_without_redis() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let node = database.node_with_redis("redis://127.0.0.1:1/").await;
    let answer = node.settled("/pricing?segment=smb", &[]).await;
    assert_eq!(answer.h1(), "Prices for small companies");
    let again = node.get("/pricing?segment=smb", &[]);
    assert_eq!(again.header("x-content-cache"), "HIT");
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Sends one command to the shared Valkey and returns the answer as it comes.
pub(crate) fn redis(command: &[&str]) -> String {
    let words: Vec<&[u8]> = command.iter().map(|word| word.as_bytes()).collect();
    let answer = resp::ask(&services().redis_url, &words);
    String::from_utf8_lossy(&answer).into_owned()
}
