//! HTTP/2, and encryption.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use bytes::Bytes;
use http::{Method, Request, Response, Version};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use landfall::http::serve::{Options, Tls};
use rcgen::{CertifiedKey, KeyPair};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{Connection, LONG, MUCH, limited, site_with};
use crate::support::options;

/// Status, version, and the length of the body.
type Got = (u16, Version, usize);

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_speak_http_2_at_once() {
    let node = site_with(options()).await;
    let page = node.get("/pricing", &[]).body.len();
    let stream = TcpStream::connect(node.address).await.expect("it listens");
    let mut sender = http2_over(stream).await;
    let two = Version::HTTP_2;
    let check = async |method: Method, target: &str, expected: Got| {
        let answer = sender.clone().send_request(request(method, target)).await;
        assert_eq!(
            summary(answer.expect("an answer")).await,
            expected,
            "{target}"
        );
    };
    check(Method::GET, "/pricing", (200, two, page)).await;
    check(Method::HEAD, "/pricing", (200, two, 0)).await;
    check(Method::GET, "/healthz", (200, two, 3)).await;
    check(Method::GET, "/api/much", (200, two, MUCH)).await;
    check(Method::GET, "/PRICING", (308, two, 0)).await;

    sender.ready().await.expect("it is open");
    let together = (0..100).map(|_| sender.send_request(request(Method::GET, "/pricing")));
    for answer in together.collect::<Vec<_>>() {
        let answer = answer.await.expect("an answer");
        assert_eq!(summary(answer).await, (200, two, page));
    }
    let long = "y".repeat(40 * 1_024);
    let mut too_long = request(Method::GET, "/pricing");
    let value = long.parse().expect("it is a header's value");
    too_long.headers_mut().insert("x-long", value);
    let refused = sender.send_request(too_long).await.expect("an answer");
    assert_eq!(refused.status(), 431);
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_connections_speak_either_protocol() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = self_signed();
    let node = site_with(Options {
        tls: Some(written_to(folder.path(), &own)),
        ..limited(|limits| limits.head = Duration::from_secs(2))
    })
    .await;

    let stream = encrypted(node.address, own.cert.der(), b"h2").await;
    let mut sender = http2_over(stream).await;
    let answer = sender.send_request(request(Method::GET, "/pricing")).await;
    let (status, version, second) = summary(answer.expect("an answer")).await;
    assert_eq!((status, version), (200, Version::HTTP_2));
    for target in [
        "/pricing",
        "/PRICING",
        "/no-such",
        "/healthz",
        "/api/no-such",
    ] {
        let answer = sender.send_request(request(Method::GET, target)).await;
        let answer = answer.expect("an answer");
        let strict = answer.headers().get("strict-transport-security");
        assert_eq!(strict.expect(target), "max-age=31536000");
    }
    let open = site_with(options()).await;
    assert_eq!(
        open.get("/pricing", &[])
            .header("strict-transport-security"),
        ""
    );

    let stream = encrypted(node.address, own.cert.der(), b"http/1.1").await;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .expect("the protocol agreed upon");
    tokio::spawn(connection);
    for _ in 0..2 {
        sender.ready().await.expect("it is open");
        let answer = sender.send_request(request(Method::GET, "/pricing")).await;
        let first = summary(answer.expect("an answer")).await;
        assert_eq!(first, (200, Version::HTTP_11, second));
    }

    let mut silent = Connection::open(node.address);
    assert_eq!(
        silent.closed(),
        0,
        "a handshake that does not come is not waited for"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (first, second) = (self_signed(), self_signed());
    let tls = written_to(folder.path(), &first).looked_at_every(Duration::from_millis(50));
    let node = site_with(Options {
        tls: Some(tls),
        ..options()
    })
    .await;
    let stream = encrypted(node.address, first.cert.der(), b"h2").await;
    let mut early = http2_over(stream).await;

    written_to(folder.path(), &second);
    let renewed = async {
        loop {
            if let Ok(stream) = handshake(node.address, second.cert.der(), b"h2").await {
                break stream;
            }
        }
    };
    let stream = timeout(LONG, renewed)
        .await
        .expect("the files are looked at");
    let mut late = http2_over(stream).await;
    for sender in [&mut early, &mut late] {
        let answer = sender.send_request(request(Method::GET, "/pricing")).await;
        assert_eq!(answer.expect("an answer").status(), 200);
    }
    let outdated = handshake(node.address, first.cert.der(), b"h2").await;
    assert!(
        outdated.is_err(),
        "the old certificate is not shown any more"
    );
}

/// A certificate for the tests' site, and its key.
fn self_signed() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(["site.example".to_owned()]).expect("a name")
}

/// Writes a certificate and its key, in that order, where the server reads them.
fn written_to(folder: &Path, pair: &CertifiedKey<KeyPair>) -> Tls {
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).expect("writable");
        path
    };
    let certificate = file("certificate.pem", pair.cert.pem());
    let key = file("key.pem", pair.signing_key.serialize_pem());
    Tls::load(&certificate, &key).expect("they belong together")
}

fn request(method: Method, target: &str) -> Request<Empty<Bytes>> {
    Request::builder()
        .method(method)
        .uri(format!("http://site.example{target}"))
        .header("host", "site.example")
        .body(Empty::new())
        .expect("it is valid")
}

async fn summary(answer: Response<hyper::body::Incoming>) -> Got {
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("it is whole").to_bytes();
    (parts.status.as_u16(), parts.version, body.len())
}

async fn http2_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> http2::SendRequest<Empty<Bytes>> {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .expect("the server speaks it");
    tokio::spawn(connection);
    sender
}

/// An encrypted connection that speaks `protocol`.
async fn encrypted(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> TlsStream<TcpStream> {
    let stream = handshake(address, trusted, protocol)
        .await
        .expect("the certificate is trusted");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
    stream
}

/// Tries to agree on encryption with a server that shows a trusted certificate.
async fn handshake(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("it is a certificate");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await.expect("it listens");
    let name = "site.example".try_into().expect("it is a name");
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}
