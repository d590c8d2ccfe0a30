//! The body of a request, within its limits.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use axum::BoxError;
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

use super::limits::Allowance;
use super::watch::Watch;

/// A body that fails once it has become too large or too late.
#[derive(Debug)]
pub(super) struct Upload {
    body: Incoming,
    left: u64,
    ended: bool,
    deadline: Pin<Box<Sleep>>,
    fate: Shared,
    watch: Arc<Watch>,
}

/// What became of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing was wrong so far.
    Fine,
    /// It was cut off after too many bytes.
    TooLarge,
    /// It was cut off after too long a time.
    Late,
}

/// A [`Fate`] that the body writes and whoever made it reads.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<AtomicU8>);

impl Upload {
    /// Starts the clock. To be called in the runtime that reads the body.
    pub(super) fn new(body: Incoming, allowance: Allowance, watch: Arc<Watch>) -> (Self, Shared) {
        let fate = Shared(Arc::new(AtomicU8::new(0)));
        let upload = Self {
            body,
            left: allowance.bytes,
            ended: false,
            deadline: Box::pin(sleep(allowance.time)),
            fate: fate.clone(),
            watch,
        };
        (upload, fate)
    }

    fn fail<T>(&self, fate: Fate, text: &'static str) -> Poll<Option<Result<T, BoxError>>> {
        self.fate.set(fate);
        Poll::Ready(Some(Err(text.into())))
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.fate.get() != Fate::Fine || self.deadline.as_mut().poll(cx).is_ready() {
            return self.fail(Fate::Late, "the body took too long to arrive");
        }
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)?) else {
            self.ended = true;
            return Poll::Ready(None);
        };
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        let Some(left) = self.left.checked_sub(bytes as u64) else {
            return self.fail(Fate::TooLarge, "the body is too large");
        };
        self.left = left;
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            self.watch.linger();
        }
    }
}

impl Shared {
    pub(super) fn get(&self) -> Fate {
        match self.0.load(Ordering::Relaxed) {
            0 => Fate::Fine,
            1 => Fate::TooLarge,
            _ => Fate::Late,
        }
    }

    /// The first word stands.
    fn set(&self, fate: Fate) {
        let _ = self
            .0
            .compare_exchange(0, fate as u8, Ordering::Relaxed, Ordering::Relaxed);
    }
}
