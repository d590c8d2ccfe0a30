//! The transport: connections, the threads that own them, and their limits.
//!
//! Every connection belongs to one of a few threads, each with an event loop of its own, from its first byte to its
//! last. Pages are answered there. Everything else is answered by the router in the caller's runtime, so that
//! nobody's work holds up a visitor.

mod connection;
mod head;
mod limits;
mod open_files;
mod parse;
mod pipe;
mod plain;
mod requests;
mod stream;
mod tls;
mod upload;
mod watch;
mod worker;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tracing::warn;

use self::requests::Requests;
use self::worker::{Accepted, Workers};
use super::AppState;

pub use self::limits::{Limits, Options};
pub use self::tls::{Tls, TlsError};

/// How long the accept loop rests when the system refuses, as it does while too many files are open.
const REST: Duration = Duration::from_millis(100);
/// The refusals of this time are one line of the log.
const COMPLAINT: Duration = Duration::from_secs(1);

/// Serves until `stop` completes, then finishes the requests in flight for up to `options.limits.drain`. Returns
/// how many connections were cut off after that.
///
/// Pages are answered by threads of its own, everything else by `router` in the runtime that this is called in.
/// Dropping the future closes all connections at once and ends the threads.
///
/// # Errors
/// When the system refuses a thread or an event loop.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    router: Router,
    options: Options,
    stop: impl Future<Output = ()>,
) -> io::Result<usize> {
    let limits = options.limits;
    let connections = open_files::make_room(options.max_connections);
    let requests = Arc::new(Requests::new(state, router, Handle::current(), limits));
    let workers = Workers::start(options.threads, &requests, options.tls.as_ref())?;
    tokio::select! {
        never = accept(&listener, connections, &workers) => match never {},
        never = renew(options.tls.as_ref()) => match never {},
        () = stop => {}
    }
    drop(listener);
    // What is still open after this closes with the workers.
    let finished = timeout(limits.drain, workers.drain()).await;
    Ok(finished.map_or_else(|_| workers.open(), |()| 0))
}

/// Accepts for ever, at most `connections` at a time; further ones wait in the system's queue.
async fn accept(listener: &TcpListener, connections: usize, workers: &Workers) -> Infallible {
    let places = Arc::new(Semaphore::new(connections));
    let mut complained: Option<Instant> = None;
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            // Nobody closes the semaphore.
            return std::future::pending().await;
        };
        let accepted = listener
            .accept()
            .await
            .and_then(|(stream, peer)| Accepted::new(stream, peer, place));
        match accepted {
            Ok(accepted) => workers.hand_over(accepted),
            Err(error) if gone(&error) => {}
            Err(error) => {
                if complained.is_none_or(|at| at.elapsed() >= COMPLAINT) {
                    complained = Some(Instant::now());
                    warn!(%error, "server.accept: the system refuses connections; trying again");
                }
                sleep(REST).await;
            }
        }
    }
}

/// Follows the certificate's files for ever.
async fn renew(tls: Option<&Tls>) -> Infallible {
    match tls {
        Some(tls) => tls.follow().await,
        None => std::future::pending().await,
    }
}

/// Whether the peer left before it was accepted, which is no trouble of ours.
fn gone(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, NotConnected};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | NotConnected
    )
}
