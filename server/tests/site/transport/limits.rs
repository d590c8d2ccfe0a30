//! What a client may not do.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread::sleep;

use landfall::http::serve::Options;

use super::{Connection, MUCH, SHORT, assert_guarded, limited, request, site_with};
use crate::client::{self, send};
use crate::support::options;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_too_slow_with_its_headers_is_cut_off() {
    let node = site_with(limited(|limits| limits.head = SHORT)).await;
    for begun in ["", "G", "GET /pricing HTTP/1.1\r\nHost: site.exa"] {
        let mut slow = Connection::open(node.address);
        slow.send(begun);
        assert_eq!(slow.closed(), 0, "{begun:?}");
    }
    let mut kept = Connection::open(node.address);
    assert_eq!(kept.get("/pricing").status, 200);
    // Between requests there is more time than within one.
    sleep(SHORT * 4);
    assert_eq!(kept.get("/pricing").status, 200);
    kept.send("GET /pri");
    assert_eq!(kept.closed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_requests_is_closed() {
    let node = site_with(limited(|limits| limits.idle = SHORT)).await;
    let mut connection = Connection::open(node.address);
    assert_eq!(connection.get("/pricing").status, 200);
    assert_eq!(connection.closed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_or_too_long_headers_are_refused() {
    let node = site_with(options()).await;
    let check = |headers: String, expected: u16| {
        let request = format!("GET /pricing HTTP/1.1\r\nHost: site.example\r\n{headers}\r\n");
        let mut connection = Connection::open(node.address);
        connection.send(request);
        assert_eq!(connection.head().status, expected, "{}", headers.len());
    };
    let many = |count: usize| "x: y\r\n".repeat(count);
    let long = |kibibytes: usize| format!("x: {}\r\n", "y".repeat(kibibytes * 1_024));
    check(many(99), 200);
    check(many(100), 431);
    check(long(60), 200);
    check(long(70), 431);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_the_limit_is_refused_and_the_refusal_arrives() {
    let node = site_with(limited(|limits| limits.upload_bytes = 1_000_000)).await;
    let check = |bytes: usize, chunked: bool, expected: (u16, &str)| {
        let (header, body) = if chunked {
            let chunk = format!("{:x}\r\n{}\r\n", bytes, "b".repeat(bytes));
            (
                "Transfer-Encoding: chunked".to_owned(),
                format!("{chunk}0\r\n\r\n"),
            )
        } else {
            (format!("Content-Length: {bytes}"), "b".repeat(bytes))
        };
        let answer = send(
            node.address,
            format!(
                "POST /api/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n\r\n{body}"
            )
            .as_bytes(),
        );
        assert_eq!(
            (answer.status, answer.text()),
            expected,
            "{bytes} {chunked}"
        );
        if answer.status == 413 {
            assert_guarded(&answer);
        }
    };
    let refusal =
        "What you sent has more than 1000000 bytes. Shorten it; nothing of it was saved.\n";
    for chunked in [false, true] {
        check(1_000_000, chunked, (200, "1000000"));
        check(1_000_001, chunked, (413, refusal));
        check(3_000_000, chunked, (413, refusal));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_too_slow_with_its_body_is_told_so() {
    let node = site_with(limited(|limits| limits.upload = SHORT)).await;
    for begun in [
        "Content-Length: 10\r\n\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ] {
        let mut connection = Connection::open(node.address);
        connection.send(format!("POST /api/upload HTTP/1.1\r\nHost: x\r\n{begun}"));
        let answer = connection.answer();
        assert_eq!(answer.status, 408, "{begun:?}");
        assert_guarded(&answer);
        // A connection in the middle of a body is of no further use.
        connection
            .stream
            .get_ref()
            .shutdown(std::net::Shutdown::Write)
            .expect("it is open");
        assert_eq!(connection.closed(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_no_answer_is_cut_off() {
    let node = site_with(Options {
        max_connections: 1,
        ..limited(|limits| limits.write = SHORT)
    })
    .await;
    let mut deaf = Connection::open(node.address);
    deaf.send(request("GET", "/api/much"));
    // There is room for one connection: the next is served once this one is gone.
    assert_eq!(client::get(node.address, "/healthz", &[]).status, 200);
    let taken = deaf.closed();
    assert!(taken < MUCH, "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_nobody_asked_for_harms_no_page() {
    let node = site_with(options()).await;
    let mut connection = Connection::open(node.address);
    connection.send("GET /pricing HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    assert_eq!(connection.answer().status, 200);

    let mut endless = TcpStream::connect(node.address).expect("the server listens");
    let head = "GET /pricing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    endless.write_all(head.as_bytes()).expect("it is open");
    let chunk = format!("10000\r\n{}\r\n", "b".repeat(0x1_0000));
    // More than the server reads to be polite.
    let refused = (0..1_000).any(|_| endless.write_all(chunk.as_bytes()).is_err());
    assert!(refused, "64 MB were read for nothing");
}
