//! A cluster of Valkey in the place of a single server.

use super::{warm_with, warmed};
use crate::faults::redis::Valkey;
use crate::faults::{free_port, resp};
use crate::support::{CONTENT, Database, eventually};

const REFUSED: &str = "landfall_redis_errors_total{command=\"set\"}";
/// The hash slots of two nodes.
const SLOTS: [[&[u8]; 2]; 2] = [[b"0", b"8191"], [b"8192", b"16383"]];

/// Starts two nodes that share the slots.
async fn cluster(folder: &std::path::Path) -> [Valkey; 2] {
    let mut nodes = Vec::new();
    let buses = [free_port(), free_port()].map(|port| port.to_string());
    for (number, (bus, [first, last])) in buses.iter().zip(SLOTS).enumerate() {
        let place = folder.join(number.to_string());
        std::fs::create_dir(&place).expect("writable");
        let place = place.to_str().expect("an ordinary name");
        let more = [
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            bus,
            "--dir",
            place,
        ];
        let node = Valkey::start(free_port(), &more).await;
        resp::ask(&node.url(), &[b"CLUSTER", b"ADDSLOTSRANGE", first, last]);
        nodes.push(node);
    }
    let nodes: [Valkey; 2] = nodes.try_into().ok().expect("there are two");
    let port = nodes[1].port().to_string();
    let meet: [&[u8]; 5] = [
        b"CLUSTER",
        b"MEET",
        b"127.0.0.1",
        port.as_bytes(),
        buses[1].as_bytes(),
    ];
    resp::ask(&nodes[0].url(), &meet);
    for node in &nodes {
        eventually("the cluster", || {
            let state = resp::ask(&node.url(), &[b"CLUSTER", b"INFO"]);
            let state = String::from_utf8_lossy(&state).into_owned();
            let whole = ["cluster_state:ok", "cluster_known_nodes:2"];
            whole.iter().all(|line| state.contains(line)).then_some(())
        })
        .await;
    }
    nodes
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_spread_over_a_cluster_and_found_there_by_another_node() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let nodes = cluster(folder.path()).await;
    let [one, other] = [0, 1].map(|number| nodes[number].port());
    let url = format!("redis-cluster://127.0.0.1:{one},127.0.0.1:{other}");
    let database = Database::create().await;
    database.import(CONTENT).await;

    let first = warm_with(&database, &url).await;
    assert!(first.metric(REFUSED) < 0.5, "every value is stored");
    for node in &nodes {
        let keys = resp::number(&node.url(), &[b"DBSIZE"]);
        assert!(keys > 1, "{keys}");
    }
    let second = warm_with(&database, &url).await;
    assert!(warmed(&second, "rendered") < 0.5 && warmed(&second, "fetched") > 0.0);
}
