//! One connection, from its first byte to its last.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tracing::debug;

use super::plain;
use super::requests::Requests;
use super::stream::Watched;
use super::watch::Watch;

/// Longest request line and headers of HTTP/1.1 together, in bytes. What is longer gets an empty 431; a page's own
/// limits lie below, and their refusals say what is too long.
const HEAD_BYTES: usize = 64 * 1_024;
/// Longest headers of a request in HTTP/2, in bytes, counted as RFC 9113 (6.5.2) does.
const HEADER_LIST_BYTES: u32 = 32 * 1_024;
/// Most requests at a time on one connection of HTTP/2.
const STREAMS: u32 = 128;
/// How often a silent client of HTTP/2 is asked whether it is still there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(20);

/// The protocols, with the limits that hyper keeps. 100 headers are hyper's own limit in HTTP/1.1: naming it would
/// cost an allocation for each request.
pub(super) fn protocols() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADER_LIST_BYTES)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

/// Shakes hands, if connections are encrypted, and answers requests until either side closes.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    protocols: Arc<Builder<TokioExecutor>>,
    requests: Arc<Requests>,
    watch: Arc<Watch>,
) {
    let Some(tls) = tls else {
        if let Some((stream, before)) = plain::serve(stream, &requests, &watch).await {
            // Boxed, so that connections that only ask for pages need no room for it.
            let answering = answer(stream, before, peer, false, &protocols, requests, watch);
            Box::pin(answering).await;
        }
        return;
    };
    // The time for this is part of the time that the first request's headers may take.
    match tls.accept(stream).await {
        Ok(stream) => {
            let before = Bytes::new();
            Box::pin(answer(
                stream, before, peer, true, &protocols, requests, watch,
            ))
            .await;
        }
        Err(error) => debug!(%peer, %error, "server.handshake failed"),
    }
}

/// Answers by hyper what arrives over `stream` after `before`.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    before: Bytes,
    peer: SocketAddr,
    encrypted: bool,
    protocols: &Builder<TokioExecutor>,
    requests: Arc<Requests>,
    watch: Arc<Watch>,
) {
    let stream = Watched::new(TokioIo::new(stream), before, Arc::clone(&watch));
    let service = {
        let shared = Arc::new((requests, Arc::clone(&watch)));
        service_fn(move |request| {
            let shared = Arc::clone(&shared);
            async move {
                let (requests, watch) = &*shared;
                if encrypted {
                    requests.answer_encrypted(request, peer, watch).await
                } else {
                    requests.answer(request, peer, watch).await
                }
            }
        })
    };
    let mut connection = pin!(protocols.serve_connection(stream, service));
    let mut asked_to_close = false;
    let outcome = poll_fn(|cx| {
        if watch.closing(cx) && !asked_to_close {
            asked_to_close = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx)
    })
    .await;
    if let Err(error) = outcome {
        debug!(%peer, %error, "server.connection ended");
    }
}
