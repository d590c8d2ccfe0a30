//! What visitors make up does not fill anything.

use std::net::SocketAddr;
use std::time::Duration;

use super::redis::Valkey;
use super::{free_port, resp};
use crate::load::Visitor;
use crate::support::{CONTENT, Database, Node};

/// Requests of each kind.
const MANY: usize = 100_000;
/// Connections that share them.
const CONNECTIONS: usize = 16;
/// Requests that are sent before the first answer is read.
const AT_ONCE: usize = 50;
/// Longest wait for an answer.
const LONG: Duration = Duration::from_mins(1);
/// Decisions about campaign terms that memory keeps.
const TERM_DECISIONS: f64 = 20_000.0;

#[tokio::test(flavor = "multi_thread")]
async fn invented_addresses_and_terms_leave_few_traces() {
    let valkey = Valkey::start(free_port(), &[]).await;
    let database = Database::create().await;
    database.import(CONTENT).await;
    let node = database.node_with_redis(&valkey.url()).await;
    let page = node
        .settled("/pricing", &[("Accept-Encoding", "gzip")])
        .await;
    let tag = page.header("etag");

    // A page that everybody has is sent to nobody, so that all the time goes into finding it.
    flood(node.address, tag, |number| {
        format!("/pricing?click={number:x}&utm_source=site-{number:x}&q{number}=1")
    });
    let traces = Traces::of(&node, &valkey, "addresses");
    // One decision, one body, and the set that counts visits.
    assert!(
        traces.decisions <= 1.0 && traces.bodies <= 1.0 && traces.keys <= 3,
        "{traces:?}"
    );

    flood(node.address, tag, |number| {
        format!("/pricing?utm_term=term+{number:x}q")
    });
    let traces = Traces::of(&node, &valkey, "terms");
    assert!(
        traces.decisions <= 1.0 + TERM_DECISIONS && traces.bodies <= 1.0 && traces.keys <= 3,
        "{traces:?}"
    );
}

/// What is kept after a flood.
#[derive(Debug)]
struct Traces {
    decisions: f64,
    bodies: f64,
    keys: i64,
}

impl Traces {
    fn of(node: &Node, valkey: &Valkey, flood: &str) -> Self {
        let of =
            |kind: &str| node.metric(&format!("landfall_memory_cache_entries{{kind=\"{kind}\"}}"));
        let traces = Self {
            decisions: of("decision"),
            bodies: of("body"),
            keys: resp::number(&valkey.url(), &[b"DBSIZE"]),
        };
        eprintln!(
            "after {MANY} {flood}: {traces:?}, {} kB in this process",
            resident()
        );
        traces
    }
}

/// Asks for many addresses, for a page that the visitors have.
fn flood(address: SocketAddr, tag: &str, target: impl Fn(usize) -> String + Copy + Send + Sync) {
    std::thread::scope(|threads| {
        for visitor in 0..CONNECTIONS {
            threads.spawn(move || {
                // How long it takes is not what this is about.
                let mut connection = Visitor::connect(address).waiting_for(LONG);
                let numbers: Vec<usize> = (visitor..MANY).step_by(CONNECTIONS).collect();
                for some in numbers.chunks(AT_ONCE) {
                    let targets: Vec<String> = some.iter().map(|number| target(*number)).collect();
                    let headers = [("Accept-Encoding", "gzip"), ("If-None-Match", tag)];
                    let answers = connection.get_all(&targets, &headers);
                    for answer in answers.expect("every request is answered") {
                        assert_eq!((answer.status, answer.header("etag")), (304, tag));
                    }
                }
            });
        }
    });
}

/// Memory of this process, the server under test included, in kB.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
