//! What visitors see while something is down or under attack: a page.

mod flood;
mod postgres;
mod redis;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use crate::load::Expected;
use crate::support::{CONTENT, Database, Node, eventually, services, site};

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

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_in_redis_is_computed_again() {
    let (database, node) = site().await;
    let instance = database.query("SELECT instance FROM catalog_state");
    let address = "/pricing?segment=smb";
    let before = node.settled(address, &[]).await;
    let keys = eventually("what the node stored", || {
        let found: Vec<String> = redis(&["KEYS", &format!("landfall:*{instance}*")])
            .lines()
            .filter(|line| line.starts_with("landfall:"))
            .map(str::to_owned)
            .collect();
        // A decision and a body.
        (found.len() >= 2).then_some(found)
    })
    .await;
    for garbage in ["", "garbage", &"\0".repeat(64), &"x".repeat(100_000)] {
        for key in &keys {
            assert!(redis(&["SET", key, garbage]).starts_with("+OK"));
        }
        let fresh: Node = database.node().await;
        let answer = fresh.in_time(address, &[]).await;
        assert_eq!(answer.body, before.body);
        assert_ne!(answer.header("x-content-source"), "redis");
    }
}

/// Sends one command as RESP and returns the answer as it comes.
pub(crate) fn redis(command: &[&str]) -> String {
    let (password, address) = services()
        .redis_url
        .trim_start_matches("redis://:")
        .trim_end_matches('/')
        .split_once('@')
        .expect("a password");
    let mut stream = TcpStream::connect(address).expect("it listens");
    for words in [&["AUTH", password], command, &["QUIT"]] {
        let mut text = format!("*{}\r\n", words.len());
        for word in words {
            text.extend(["$", &word.len().to_string(), "\r\n", word, "\r\n"]);
        }
        stream.write_all(text.as_bytes()).expect("it reads");
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
        .strip_prefix("+OK\r\n")
        .expect("the password is right")
        .to_owned()
}
