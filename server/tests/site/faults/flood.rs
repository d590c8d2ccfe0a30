//! What visitors make up does not fill anything.

use std::net::SocketAddr;

use crate::load::Visitor;
use crate::support::{eventually, site};

/// Requests of each kind.
const MANY: usize = 20_000;
/// Requests that are sent before the first answer is read.
const AT_ONCE: usize = 100;
/// Decisions about campaign terms that memory keeps.
const TERM_DECISIONS: f64 = 20_000.0;

#[tokio::test(flavor = "multi_thread")]
async fn invented_addresses_and_terms_leave_few_traces() {
    let (database, node) = site().await;
    node.settled("/pricing", &[]).await;
    let instance = database.query("SELECT instance FROM catalog_state");
    let keys = || {
        super::redis(&["KEYS", &format!("landfall:*{instance}*")])
            .matches("landfall:")
            .count()
    };

    flood(node.address, "click");
    flood(node.address, "utm_source");
    let (addresses, found) = (entries(&node).await, keys());
    eprintln!(
        "after {MANY} addresses: {addresses:?} entries, {found} keys, {} kB",
        resident()
    );
    assert!(addresses.0 <= 4.0 && addresses.1 <= 4.0, "{addresses:?}");
    assert!(found <= 12, "{found} keys");

    flood(node.address, "utm_term");
    let (terms, found) = (entries(&node).await, keys());
    eprintln!(
        "after {MANY} terms: {terms:?} entries, {found} keys, {} kB",
        resident()
    );
    assert!(
        terms.0 <= TERM_DECISIONS + 4.0 && terms.1 <= 8.0,
        "{terms:?}"
    );
    assert!(found <= 16, "{found} keys");
}

/// Asks for one page under many addresses.
fn flood(address: SocketAddr, parameter: &str) {
    let visitors: Vec<_> = (0..4)
        .map(|visitor| {
            let parameter = parameter.to_owned();
            std::thread::spawn(move || {
                let mut connection = Visitor::connect(address);
                let numbers: Vec<usize> = (visitor..MANY).step_by(4).collect();
                for some in numbers.chunks(AT_ONCE) {
                    let targets: Vec<String> = some
                        .iter()
                        .map(|number| format!("/pricing?{parameter}=word+{number:x}z"))
                        .collect();
                    let answers = connection.get_all(&targets).expect("pages");
                    assert!(answers.iter().all(|answer| answer.status == 200));
                }
            })
        })
        .collect();
    for visitor in visitors {
        visitor.join().expect("every answer is a page");
    }
}

/// Decisions and bodies in memory, once they have been counted again.
async fn entries(node: &crate::support::Node) -> (f64, f64) {
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    eventually("the count", || {
        let of =
            |kind: &str| node.metric(&format!("landfall_memory_cache_entries{{kind=\"{kind}\"}}"));
        let found = (of("decision"), of("body"));
        (found.1 > 0.0).then_some(found)
    })
    .await
}

/// Memory of this process, the server under test included, in kB.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
