//! Several requests on one connection, and several connections.

use landfall::http::serve::Options;

use super::{Connection, MUCH, request, site_with};
use crate::support::options;

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_kept_from_one_request_to_the_next() {
    let node = site_with(options()).await;
    let mut connection = Connection::open(node.address);
    for _ in 0..3 {
        let page = connection.get("/pricing");
        assert_eq!(
            (page.status, page.h1().as_str()),
            (200, "Prices for everyone")
        );
        assert_eq!(connection.get("/healthz").text(), "ok\n");
        assert_eq!(connection.get("/PRICING").header("location"), "/pricing");
        assert_eq!(connection.get("/nowhere").status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_sent_ahead_are_answered_in_their_order() {
    let node = site_with(options()).await;
    let targets = [
        "/pricing",
        "/healthz",
        "/landing/routes",
        "/nowhere",
        "/pricing",
    ];
    let one_by_one = targets.map(|target| node.get(target, &[]).body);
    let mut connection = Connection::open(node.address);
    connection.send(targets.map(|target| request("GET", target)).concat());
    assert_eq!(targets.map(|_| connection.answer().body), one_by_one);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_head_ends_with_its_headers() {
    let node = site_with(options()).await;
    let mut connection = Connection::open(node.address);
    let page = connection.get("/pricing");
    connection.send(request("HEAD", "/pricing"));
    let head = connection.head();
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, page.header("content-length"))
    );
    assert_eq!(connection.get("/healthz").text(), "ok\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_learns_its_peers_address() {
    let node = site_with(options()).await;
    let mut connection = Connection::open(node.address);
    let own = connection.stream.get_ref().local_addr();
    assert_eq!(
        connection.get("/api/peer").text(),
        own.expect("it is connected").to_string()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_arrives_whole() {
    let node = site_with(options()).await;
    let mut connection = Connection::open(node.address);
    let answer = connection.get("/api/much");
    assert_eq!((answer.status, answer.body.len()), (200, MUCH));
    assert!(answer.body.iter().all(|byte| *byte == b'm'));
    assert_eq!(connection.get("/healthz").text(), "ok\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_wait_until_one_closes() {
    let node = site_with(Options {
        max_connections: 2,
        ..options()
    })
    .await;
    let mut served = [(); 2].map(|()| Connection::open(node.address));
    for connection in &mut served {
        assert_eq!(connection.get("/healthz").text(), "ok\n");
    }
    let mut waiting = Connection::open(node.address);
    waiting.send(request("GET", "/pricing"));
    assert!(waiting.is_silent(), "a third connection was served");
    let [first, mut second] = served;
    drop(first);
    assert_eq!(waiting.answer().status, 200);
    assert_eq!(second.get("/healthz").text(), "ok\n");
}
