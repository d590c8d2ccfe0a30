//! Connections and their limits.

mod connections;
mod limits;
mod protocols;
mod stop;

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use bytes::Bytes;
use landfall::http::serve::{Limits, Options};
use tokio::sync::OnceCell;

use crate::client::{Answer, parse};
use crate::support::{CONTENT, Database, Node, config, options, services};

/// For a limit that a test waits for.
const SHORT: Duration = Duration::from_millis(300);
/// For reads that must end otherwise.
const LONG: Duration = Duration::from_secs(30);
/// Bytes of an answer that no socket's buffers hold.
const MUCH: usize = 32 * 1_024 * 1_024;

/// A server whose router has some routes more, under `/api`: `peer`, `much`, `upload`.
async fn site_with(options: Options) -> Node {
    site_extended(options, |router| router).await
}

async fn site_extended(options: Options, extend: impl FnOnce(Router) -> Router) -> Node {
    // Nothing here changes what is stored, so that one database is enough.
    static DATABASE: OnceCell<String> = OnceCell::const_new();
    let database = DATABASE.get_or_init(async || {
        let database = Database::create().await;
        database.import(CONTENT).await;
        database.url
    });
    let (database, redis) = (database.await, &services().redis_url);
    Node::boot_with(config(database), redis, options, |router| {
        let router = router
            .route(
                "/api/peer",
                get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
            )
            .route("/api/much", get(|| async { vec![b'm'; MUCH] }))
            .route(
                "/api/upload",
                post(|body: Bytes| async move { body.len().to_string() }),
            );
        extend(router)
    })
    .await
}

fn limited(change: impl FnOnce(&mut Limits)) -> Options {
    let mut options = options();
    change(&mut options.limits);
    options
}

/// An answer that no handler gives says what all others say, too.
fn assert_guarded(answer: &Answer) {
    for (name, expected) in [
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), expected, "{answer:?}");
    }
}

/// A connection that is kept between requests.
struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(LONG)).expect("it is not zero");
        Self {
            stream: BufReader::new(stream),
        }
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.stream.get_mut().write_all(bytes.as_ref());
        sent.expect("the connection is open");
    }

    fn get(&mut self, target: &str) -> Answer {
        self.send(request("GET", target));
        self.answer()
    }

    /// Reads one answer and leaves what follows it.
    fn answer(&mut self) -> Answer {
        let mut answer = self.head();
        let length = answer.header("content-length").parse();
        answer.body = vec![0; length.expect("the answer has a length")];
        let read = self.stream.read_exact(&mut answer.body);
        read.expect("the body is as long as it says");
        answer
    }

    /// Reads the headers of one answer.
    fn head(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let read = self.stream.read_until(b'\n', &mut head);
            assert_ne!(read.expect("an answer comes"), 0, "closed after {head:?}");
        }
        parse(&head).expect("an answer is readable")
    }

    /// Whether nothing has come after some time.
    fn is_silent(&mut self) -> bool {
        let wait = |stream: &TcpStream, time| stream.set_read_timeout(Some(time));
        wait(self.stream.get_ref(), SHORT).expect("it is not zero");
        let silent = self.stream.fill_buf().is_err_and(|error| {
            matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
        });
        wait(self.stream.get_ref(), LONG).expect("it is not zero");
        silent
    }

    /// Waits until the server closes, and returns how many bytes came before.
    fn closed(&mut self) -> usize {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
            _ => rest.len(),
        }
    }
}

fn request(method: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: site.example\r\n\r\n")
}
