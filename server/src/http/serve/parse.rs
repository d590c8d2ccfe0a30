//! Reading a plain request: one for which HTTP/1.1 leaves nothing to interpret.

use std::mem::MaybeUninit;

use httparse::{Header, Status};

use crate::config::Config;
use crate::http::fields::Fields;

/// Most header fields of a plain request.
const FIELDS: usize = 64;
/// Most bytes of its head.
const HEAD_BYTES: usize = 16 * 1_024;

/// A GET or HEAD request of HTTP/1.1 without a body and without any wish about the connection.
#[derive(Debug)]
pub(super) struct Plain<'a> {
    /// Bytes it takes of those that were received.
    pub(super) bytes: usize,
    /// Whether it is a HEAD request.
    pub(super) head: bool,
    /// The path, as it is spelt.
    pub(super) path: &'a str,
    /// What follows the question mark.
    pub(super) query: &'a str,
    /// What an answer may depend on.
    pub(super) fields: Fields<'a>,
}

/// What bytes turn out to be.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it lives on the stack, for one turn, and is nearly always the large one"
)]
pub(super) enum Parsed<'a> {
    /// They begin with a plain request.
    Plain(Plain<'a>),
    /// They may become one when more have arrived.
    Partial,
    /// Something else, right or wrong: for hyper to read.
    Other,
}

/// Reads what `bytes` begin with.
pub(super) fn parse<'a>(bytes: &'a [u8], config: &Config) -> Parsed<'a> {
    if !(bytes.starts_with(b"GET /") || bytes.starts_with(b"HEAD /")) {
        let begins = b"GET /".starts_with(bytes) || b"HEAD /".starts_with(bytes);
        return if begins {
            Parsed::Partial
        } else {
            Parsed::Other
        };
    }
    let mut headers = [MaybeUninit::<Header<'a>>::uninit(); FIELDS];
    let mut request = httparse::Request::new(&mut []);
    let bytes = match request.parse_with_uninit_headers(bytes, &mut headers) {
        Ok(Status::Complete(bytes)) => bytes,
        Ok(Status::Partial) if bytes.len() < HEAD_BYTES => return Parsed::Partial,
        Ok(Status::Partial) | Err(_) => return Parsed::Other,
    };
    let (Some(method), Some(target), Some(1)) = (request.method, request.path, request.version)
    else {
        return Parsed::Other;
    };
    if !target.bytes().all(is_usual) {
        return Parsed::Other;
    }
    let mut fields = Fields::default();
    let mut hosts = 0;
    for header in request.headers.iter() {
        if governs(header) {
            return Parsed::Other;
        }
        hosts += usize::from(header.name.eq_ignore_ascii_case("host"));
        fields.add(header.name, header.value, config);
    }
    if hosts != 1 {
        return Parsed::Other;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Parsed::Plain(Plain {
        bytes,
        head: method == "HEAD",
        path,
        query,
        fields,
    })
}

/// Whether every reader of addresses takes this byte for a part of a path or query.
fn is_usual(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%[]|".contains(&byte)
}

/// Whether a field says something about the connection or announces a body.
fn governs(header: &Header<'_>) -> bool {
    let is = |name: &str| header.name.eq_ignore_ascii_case(name);
    match header.name.len() {
        6 => is("expect"),
        7 => is("upgrade"),
        10 => is("connection") && !header.value.eq_ignore_ascii_case(b"keep-alive"),
        14 => is("content-length"),
        17 => is("transfer-encoding"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &str, expected: &str) {
        let config = Config::default();
        let found = match parse(bytes.as_bytes(), &config) {
            Parsed::Plain(plain) => {
                let method = if plain.head { "HEAD" } else { "GET" };
                let Plain {
                    path,
                    query,
                    bytes,
                    fields,
                    ..
                } = plain;
                format!("{method} {path} {query} {} {bytes}", fields.host)
            }
            Parsed::Partial => "partial".to_owned(),
            Parsed::Other => "other".to_owned(),
        };
        assert_eq!(found, expected, "{bytes:?}");
    }

    #[test]
    fn a_request_for_a_page_is_read() {
        check(
            "GET /a?b=c HTTP/1.1\r\nhost: x.test\r\nConnection: Keep-Alive\r\n\r\nGET",
            "GET /a b=c x.test 61",
        );
        check("HEAD / HTTP/1.1\r\nHost: \r\n\r\n", "HEAD /   27");
    }

    #[test]
    fn more_may_be_needed() {
        for bytes in [
            "",
            "G",
            "GET ",
            "HEA",
            "GET /a",
            "GET /a HTTP/1.1\r\nhost: x\r\n",
        ] {
            check(bytes, "partial");
        }
    }

    #[test]
    fn whatever_is_not_plain_is_read_by_hyper() {
        check("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "other");
        check("POST / HTTP/1.1\r\n\r\n", "other");
        check("GET http://x.test/ HTTP/1.1\r\n\r\n", "other");
        check("GET / HTTP/1.0\r\n\r\n", "other");
        check("GET /<b> HTTP/1.1\r\n\r\n", "other");
        check("GET /\u{e9} HTTP/1.1\r\n\r\n", "other");
        check("GET /a b HTTP/1.1\r\n\r\n", "other");
        check(&format!("GET /{}", "x".repeat(HEAD_BYTES)), "other");
        for field in [
            "Connection: close",
            "Connection: keep-alive, upgrade",
            "Content-Length: 0",
            "Transfer-Encoding: chunked",
            "Upgrade: h2c",
            "Expect: 100-continue",
            "Host: y",
            "no colon",
        ] {
            check(
                &format!("GET / HTTP/1.1\r\nHost: x\r\n{field}\r\n\r\n"),
                "other",
            );
        }
        check("GET / HTTP/1.1\r\n\r\n", "other");
    }
}
