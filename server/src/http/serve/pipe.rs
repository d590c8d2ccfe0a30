//! Answers that are made in another runtime, and the way they take from there.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::Body as RouterBody;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::watch::InFlight;
use crate::http::pieces::Pieces as Whole;
use crate::http::security::sentence;

/// Answers up to this size, in bytes, are moved in one piece.
const WHOLE: u64 = 64 * 1_024;
/// Pieces of a longer answer that wait for the client.
const PIECES: usize = 2;

/// The body of an answer. Its request is in flight until hyper has taken all of it.
#[derive(Debug)]
pub(super) struct Answer {
    content: Content,
    _in_flight: InFlight,
}

#[derive(Debug)]
enum Content {
    Whole(Whole),
    Pieces(Pieces),
}

/// The receiving end of a body that is made in another runtime.
#[derive(Debug)]
struct Pieces {
    queue: mpsc::Receiver<Piece>,
    left: SizeHint,
    _task: Task,
}

#[derive(Debug)]
enum Piece {
    Frame(Frame<Bytes>),
    Failed(axum::Error),
    End,
}

/// A task that ends when nobody waits for it any more.
#[derive(Debug)]
struct Task(AbortHandle);

/// Awaits `work` in the runtime of `handle`, and there also what its body consists of.
///
/// Nothing of it runs on this thread but moving finished bytes. When the client takes no piece for as long as
/// `patience`, the answer is broken off.
pub(super) async fn run(
    handle: &Handle,
    work: impl Future<Output = Response> + Send + 'static,
    patience: Duration,
    in_flight: InFlight,
) -> http::Response<Answer> {
    let (sender, receiver) = oneshot::channel();
    let task = Task(
        handle
            .spawn(async move {
                let (parts, body) = work.await.into_parts();
                let left = body.size_hint();
                if left.exact().is_some_and(|bytes| bytes <= WHOLE) {
                    let body = body
                        .collect()
                        .await
                        .map(http_body_util::Collected::to_bytes);
                    let _ = sender.send(body.map(|bytes| (parts, Made::Whole(bytes))));
                } else {
                    let (pieces, receiver) = mpsc::channel(PIECES);
                    let _ = sender.send(Ok((parts, Made::Pieces(receiver, left))));
                    pump(body, &pieces, patience).await;
                }
            })
            .abort_handle(),
    );
    let (parts, content) = match receiver.await {
        Ok(Ok((parts, Made::Whole(bytes)))) => (parts, Content::Whole(Whole::from(bytes))),
        Ok(Ok((parts, Made::Pieces(pieces, left)))) => {
            let pieces = Pieces {
                queue: pieces,
                left,
                _task: task,
            };
            (parts, Content::Pieces(pieces))
        }
        // The handler panicked, which has been reported, or its body failed.
        Ok(Err(_)) | Err(_) => {
            let text = "This request could not be answered. Please try again in a moment.\n";
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            let (parts, _) = sentence(status, text.to_owned()).into_parts();
            (parts, Content::Whole(Whole::from(text)))
        }
    };
    let answer = Answer {
        content,
        _in_flight: in_flight,
    };
    http::Response::from_parts(parts, answer)
}

enum Made {
    Whole(Bytes),
    Pieces(mpsc::Receiver<Piece>, SizeHint),
}

/// Moves a body's pieces for as long as somebody takes them.
async fn pump(mut body: RouterBody, pieces: &mpsc::Sender<Piece>, patience: Duration) {
    loop {
        let piece = match body.frame().await {
            Some(Ok(frame)) => Piece::Frame(frame),
            Some(Err(error)) => Piece::Failed(error),
            None => Piece::End,
        };
        let last = !matches!(piece, Piece::Frame(_));
        let taken = timeout(patience, pieces.send(piece)).await;
        if last || !matches!(taken, Ok(Ok(()))) {
            return;
        }
    }
}

impl Answer {
    /// A finished body.
    pub(super) fn whole(body: Whole, in_flight: InFlight) -> Self {
        Self {
            content: Content::Whole(body),
            _in_flight: in_flight,
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.content {
            Content::Whole(body) => Pin::new(body)
                .poll_frame(cx)
                .map_err(|never| match never {}),
            Content::Pieces(pieces) => pieces.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(body) => body.is_end_stream(),
            Content::Pieces(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(body) => body.size_hint(),
            Content::Pieces(pieces) => pieces.left,
        }
    }
}

impl Pieces {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(match ready!(self.queue.poll_recv(cx)) {
            Some(Piece::Frame(frame)) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
                if let Some(left) = self.left.exact() {
                    self.left = SizeHint::with_exact(left.saturating_sub(bytes));
                }
                Some(Ok(frame))
            }
            Some(Piece::Failed(error)) => Some(Err(error.into())),
            Some(Piece::End) => None,
            // Without its end an answer must not look complete.
            None => Some(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())),
        })
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
