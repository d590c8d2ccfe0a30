//! A body that is complete from the start, in up to two pieces.

use std::convert::Infallible;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Two pieces of one body; either may be empty. Sending them allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// What goes first.
    pub(super) start: Bytes,
    /// What follows.
    pub(super) rest: Bytes,
}

impl Pieces {
    /// Bytes of both.
    pub(super) fn len(&self) -> usize {
        self.start.len() + self.rest.len()
    }
}

impl<T: Into<Bytes>> From<T> for Pieces {
    fn from(whole: T) -> Self {
        Self {
            start: Bytes::new(),
            rest: whole.into(),
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut next = mem::take(&mut self.start);
        if next.is_empty() {
            next = mem::take(&mut self.rest);
        }
        Poll::Ready((!next.is_empty()).then(|| Ok(Frame::data(next))))
    }

    fn is_end_stream(&self) -> bool {
        self.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len() as u64)
    }
}
