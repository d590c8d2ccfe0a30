//! What others write under our keys is not believed.

use xxhash_rust::xxh3::xxh3_64;

use super::{redis, resp};
use crate::client::Answer;
use crate::support::{Database, Node, eventually, services, site};

const DAMAGED: &str = "landfall_redis_lookups_total{outcome=\"damaged\"}";

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_value_in_redis_is_computed_again_and_overwritten() {
    let (database, node) = site().await;
    let instance = database.query("SELECT instance FROM catalog_state");
    let address = "/pricing?segment=smb";
    let before = node.settled(address, &[]).await;
    let keys = eventually("what the node stored", || {
        let found: Vec<String> = redis(&["KEYS", &format!("landfall:*{instance}*")])
            .lines()
            .filter(|line| line.starts_with("landfall:") && !line.ends_with(":lock"))
            .map(str::to_owned)
            .collect();
        // A decision and a body, once the locks are gone.
        (found.len() == 2).then_some(found)
    })
    .await;
    let url = &services().redis_url;
    let whole = [0, 1].map(|place| resp::get(url, &keys[place]));
    let half = |value: &[u8]| value[..value.len() / 2].to_vec();
    let longer = |value: &[u8]| [value, b"x"].concat();
    let damages: [(&str, [Vec<u8>; 2]); 8] = [
        ("nothing", [const { Vec::new() }; 2]),
        ("a word", [0, 1].map(|_| b"garbage".to_vec())),
        ("zeros", [0, 1].map(|_| vec![0; 64])),
        ("much", [0, 1].map(|_| vec![b'x'; 100_000])),
        ("the first half", [half(&whole[0]), half(&whole[1])]),
        ("more than it was", [longer(&whole[0]), longer(&whole[1])]),
        // Intact, but in another place: a body where a decision belongs, and the reverse.
        ("the other value", [whole[1].clone(), whole[0].clone()]),
        (
            "another schema",
            [0, 1].map(|_| sealed(br#"{"chosen":7,"score":0.5}"#)),
        ),
    ];
    for (damage, values) in damages {
        let spoil = || {
            for (key, value) in keys.iter().zip(&values) {
                resp::ask(url, &[b"SET", key.as_bytes(), value]);
            }
        };
        let (first, answer) = asked(&database, address, spoil, |node, _| {
            (node.metric(DAMAGED) - 2.0).abs() < 0.5
        })
        .await;
        assert!(answer.body == before.body, "{damage}");
        assert_ne!(answer.header("x-content-source"), "redis", "{damage}");
        assert!((first.metric(DAMAGED) - 2.0).abs() < 0.5, "{damage}");

        // Visitors do not wait until Redis is told.
        eventually("what is right again", || {
            let mut pairs = keys.iter().zip(&values);
            pairs
                .all(|(key, value)| resp::get(url, key) != *value)
                .then_some(())
        })
        .await;
        let (second, answer) = asked(
            &database,
            address,
            || (),
            |_, answer| answer.header("x-content-source") == "redis",
        )
        .await;
        assert!(answer.body == before.body, "after {damage}");
        assert_eq!(answer.header("x-content-source"), "redis", "after {damage}");
        assert!(second.metric(DAMAGED) < 0.5, "after {damage}");
    }
}

/// Asks a new node. On a busy machine Redis may take longer than a node waits for it: then the next
/// one is asked, until an answer is `as_expected`, five at most.
async fn asked(
    database: &Database,
    address: &str,
    prepare: impl Fn(),
    as_expected: impl Fn(&Node, &Answer) -> bool,
) -> (Node, Answer) {
    let mut tries = 0;
    loop {
        prepare();
        let node = database.patient_node().await;
        let answer = node.get(address, &[]);
        tries += 1;
        if tries == 5 || as_expected(&node, &answer) {
            return (node, answer);
        }
    }
}

/// A value in an envelope whose checksum is right.
fn sealed(value: &[u8]) -> Vec<u8> {
    let created = 1_800_000_000_i64.to_le_bytes();
    let bytes = [&created, value].concat();
    [&xxh3_64(&bytes).to_le_bytes(), &*bytes].concat()
}
