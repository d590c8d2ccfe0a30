//! Plain requests for pages over HTTP/1.1 without encryption, answered without hyper.
//!
//! What memory holds is answered in the same turn of the event loop in which the request arrives: one read, one
//! write. With the first request that is anything else the connection goes to hyper, for good.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;

use super::head;
use super::parse::{Parsed, parse};
use super::requests::Requests;
use super::watch::{InFlight, Watch};
use crate::http::landing::{Asked, Reply};
use crate::http::pieces::Pieces;

/// Most bytes taken from the system at a time.
const READ_BYTES: usize = 4_096;

/// Answers plain requests for pages until either side closes. Returns the connection, with what has been received
/// and not been answered, when something else is asked for.
pub(super) async fn serve(
    stream: TcpStream,
    requests: &Requests,
    watch: &Arc<Watch>,
) -> Option<(TcpStream, Bytes)> {
    let mut connection = Connection {
        stream,
        requests,
        watch,
        received: Vec::new(),
        last: false,
    };
    loop {
        match poll_fn(|cx| connection.turn(cx)).await {
            Turn::Fetch(asked) => {
                let in_flight = watch.begin(false);
                let unsent = connection.write(requests.fetch(asked).await);
                connection.finish(unsent, in_flight).await.ok()?;
            }
            Turn::Send(unsent) => connection.finish(unsent, watch.begin(false)).await.ok()?,
            Turn::Elsewhere => return Some((connection.stream, connection.received.into())),
            Turn::Close => break,
        }
    }
    // A client that has gone already needs no good-bye.
    let _ = connection.stream.shutdown().await;
    None
}

struct Connection<'a> {
    stream: TcpStream,
    requests: &'a Requests,
    watch: &'a Arc<Watch>,
    /// What has been received and not been answered. An idle connection holds nothing.
    received: Vec<u8>,
    /// Whether an answer has said that no further one will come.
    last: bool,
}

/// What a turn of the event loop leaves to do.
enum Turn {
    /// Memory has nothing for this.
    Fetch(Asked),
    /// The system does not take all of an answer now.
    Send(Unsent),
    /// The rest is for hyper.
    Elsewhere,
    /// Nothing more will be asked.
    Close,
}

/// An answer, as far as it has not been sent.
struct Unsent {
    head: Bytes,
    body: Pieces,
}

impl Connection<'_> {
    /// Answers what has been received, then what arrives, for as long as memory has it and the system takes it.
    fn turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        if !self.received.is_empty() && !self.last {
            let received = std::mem::take(&mut self.received);
            if let Some(turn) = self.answer(&received, cx) {
                return Poll::Ready(turn);
            }
        }
        loop {
            if self.last || self.watch.closing(cx) && self.received.is_empty() {
                return Poll::Ready(Turn::Close);
            }
            let mut space = [MaybeUninit::uninit(); READ_BYTES];
            let mut buffer = ReadBuf::uninit(&mut space);
            let outcome = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer));
            if outcome.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(Turn::Close);
            }
            self.watch.received();
            let turn = if self.received.is_empty() {
                self.answer(buffer.filled(), cx)
            } else {
                let mut received = std::mem::take(&mut self.received);
                received.extend_from_slice(buffer.filled());
                self.answer(&received, cx)
            };
            if let Some(turn) = turn {
                return Poll::Ready(turn);
            }
        }
    }

    /// Answers the requests in `bytes` and keeps what remains. `None` when more has to arrive.
    fn answer(&mut self, mut bytes: &[u8], cx: &mut Context<'_>) -> Option<Turn> {
        let turn = loop {
            if bytes.is_empty() || self.last {
                break None;
            }
            let plain = match parse(bytes, self.requests.config()) {
                Parsed::Plain(plain) => plain,
                Parsed::Partial => break None,
                Parsed::Other => break Some(Turn::Elsewhere),
            };
            let Some(asked) = self.requests.asked_plainly(&plain) else {
                break Some(Turn::Elsewhere);
            };
            bytes = &bytes[plain.bytes..];
            let Some(served) = self.requests.recall(&asked) else {
                break Some(Turn::Fetch(asked));
            };
            let mut unsent = self.write(self.requests.reply(asked, served));
            match self.send(&mut unsent, cx) {
                Poll::Ready(Ok(())) => self.watch.answered(),
                Poll::Ready(Err(_)) => break Some(Turn::Close),
                Poll::Pending => break Some(Turn::Send(unsent)),
            }
        };
        self.received = bytes.to_vec();
        turn
    }

    fn write(&mut self, reply: Reply) -> Unsent {
        self.last = self.watch.is_closing();
        Unsent {
            head: head::write(
                &reply,
                self.requests.config(),
                self.requests.now(),
                self.last,
            )
            .into(),
            body: reply.body,
        }
    }

    /// Waits until the client has taken an answer.
    async fn finish(&mut self, mut unsent: Unsent, _in_flight: InFlight) -> io::Result<()> {
        poll_fn(|cx| self.send(&mut unsent, cx)).await
    }

    /// Sends what has not been sent.
    fn send(&mut self, unsent: &mut Unsent, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !unsent.is_empty() {
            let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, &unsent.slices());
            self.watch.sent(&outcome);
            match ready!(outcome)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                sent => unsent.advance(sent),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Unsent {
    fn is_empty(&self) -> bool {
        self.head.is_empty() && self.body.len() == 0
    }

    fn slices(&self) -> [IoSlice<'_>; 3] {
        [&self.head, &self.body.start, &self.body.rest].map(|bytes| IoSlice::new(bytes))
    }

    fn advance(&mut self, mut sent: usize) {
        for bytes in [&mut self.head, &mut self.body.start, &mut self.body.rest] {
            let part = sent.min(bytes.len());
            bytes.advance(part);
            sent -= part;
        }
    }
}
