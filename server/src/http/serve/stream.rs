//! The bytes of a connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};

use super::watch::Watch;

/// Most bytes of an unwanted request that are still read, so that its sender gets to see the refusal.
const LINGER_BYTES: usize = 4 * 1_024 * 1_024;

/// A stream that tells a [`Watch`] what goes over it.
#[derive(Debug)]
pub(super) struct Watched<T> {
    stream: T,
    /// What was received before this took over, and is to be read first.
    before: Bytes,
    watch: Arc<Watch>,
    lingered: usize,
}

impl<T> Watched<T> {
    pub(super) fn new(stream: T, before: Bytes, watch: Arc<Watch>) -> Self {
        Self {
            stream,
            before,
            watch,
            lingered: 0,
        }
    }
}

impl<T: Read + Unpin> Read for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.before.is_empty() {
            let length = self.before.len().min(buffer.remaining());
            buffer.put_slice(&self.before.split_to(length));
            return Poll::Ready(Ok(()));
        }
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if outcome.is_ready() {
            self.watch.received();
        }
        outcome
    }
}

impl<T: Read + Write + Unpin> Write for Watched<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch.sent(&outcome);
        outcome
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.watch.sent(&outcome);
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch.sent(&outcome);
        outcome
    }

    /// Closes our direction, then takes what a refused client is still sending: closing on unread bytes resets
    /// the connection, and the reset can overtake the refusal.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingered == 0 {
            let outcome = Pin::new(&mut this.stream).poll_shutdown(cx);
            this.watch.sent(&outcome);
            ready!(outcome)?;
            if !this.watch.ends_early() {
                return Poll::Ready(Ok(()));
            }
        }
        let mut bytes = [0; 8_192];
        while this.lingered < LINGER_BYTES {
            // Counts the turn too, so that our direction is closed once.
            this.lingered += 1;
            let mut buffer = ReadBuf::new(&mut bytes);
            let outcome = Pin::new(&mut this.stream).poll_read(cx, buffer.unfilled());
            match ready!(outcome) {
                Ok(()) if !buffer.filled().is_empty() => this.lingered += buffer.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
