//! Writing the head of an answer in HTTP/1.1.

use std::cell::Cell;
use std::io::Write as _;
use std::time::SystemTime;

use httpdate::HttpDate;
use time::OffsetDateTime;

use crate::config::Config;
use crate::http::landing::Reply;

/// Bytes that the head of a page usually takes.
const USUAL: usize = 1_024;
/// Bytes of a date, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
const DATE: usize = 29;

thread_local! {
    /// The date as it was last written, and the second for which.
    static WRITTEN: Cell<(i64, [u8; DATE])> = const { Cell::new((0, [0; DATE])) };
}

/// The status line and headers of `reply`, sent at `now`; with `last`, the connection closes after it.
pub(super) fn write(reply: &Reply, config: &Config, now: OffsetDateTime, last: bool) -> Vec<u8> {
    let mut head = Vec::with_capacity(USUAL);
    head.extend_from_slice(b"HTTP/1.1 ");
    head.extend_from_slice(reply.status.as_str().as_bytes());
    head.push(b' ');
    head.extend_from_slice(
        reply
            .status
            .canonical_reason()
            .unwrap_or_default()
            .as_bytes(),
    );
    head.extend_from_slice(b"\r\n");
    reply.headers(config, &mut |name, value| {
        line(&mut head, name.as_str(), value.as_str().as_bytes());
    });
    if let Some(length) = reply.length {
        // Writing to a Vec cannot fail.
        let _ = write!(head, "content-length: {length}\r\n");
    }
    if last {
        line(&mut head, "connection", b"close");
    }
    line(&mut head, "date", &date(now));
    head.extend_from_slice(b"\r\n");
    head
}

fn line(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
    head.extend_from_slice(b"\r\n");
}

/// The date at `now`. It is written once a second.
fn date(now: OffsetDateTime) -> [u8; DATE] {
    let second = now.unix_timestamp();
    let (written_for, written) = WRITTEN.get();
    if written_for == second {
        return written;
    }
    let mut text = [b' '; DATE];
    // It has room for every year until 9999.
    let _ = write!(&mut text[..], "{}", HttpDate::from(SystemTime::from(now)));
    WRITTEN.set((second, text));
    text
}
