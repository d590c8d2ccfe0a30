//! An HTTP client that sends exactly what a test says and hides nothing of the answer.
//!
//! Comfortable clients tidy addresses up, follow redirects and decode bodies; all three are under test here.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use scraper::{Html, Selector};

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In the order of arrival, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The header's value; empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The body of an answer that is not compressed.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("pages are UTF-8")
    }

    /// The text of the page's only first-level heading.
    pub(crate) fn h1(&self) -> String {
        let headings = self.select("h1");
        assert_eq!(headings.len(), 1, "{self:?}");
        headings.concat()
    }

    /// An attribute of the first element that the selector finds.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let selector = Selector::parse(selector).expect("a selector");
        let page = Html::parse_document(self.text());
        let element = page.select(&selector).next()?;
        element.attr(name).map(str::to_owned)
    }

    /// The texts of the elements that the selector finds.
    pub(crate) fn select(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        Html::parse_document(self.text())
            .select(&selector)
            .map(|element| element.text().collect())
            .collect()
    }
}

/// Asks for a page without compression.
pub(crate) fn get(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Answer {
    request(address, "GET", target, headers)
}

pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> Answer {
    send(address, request_text(method, target, headers).as_bytes())
}

/// A request without a body.
fn request_text(method: &str, target: &str, headers: &[(&str, &str)]) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: site.example\r\n");
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("Connection: close\r\n\r\n");
    text
}

/// What a server tells in an answer that goes on: the data of its events, until it ends.
pub(crate) fn events(
    address: SocketAddr,
    target: &str,
    headers: &[(&str, &str)],
) -> impl Iterator<Item = String> {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let patience = Some(Duration::from_secs(30));
    stream.set_read_timeout(patience).expect("it is not zero");
    let request = request_text("GET", target, headers);
    stream.write_all(request.as_bytes()).expect("it is read");
    let lines = BufReader::new(stream).lines();
    let lines = lines.map(|line| line.expect("it goes on or ends"));
    lines.filter_map(|line| Some(line.strip_prefix("data: ")?.to_owned()))
}

/// Posts a form.
pub(crate) fn post(
    address: SocketAddr,
    target: &str,
    headers: &[(&str, &str)],
    form: &str,
) -> Answer {
    let mut text = format!(
        "POST {target} HTTP/1.1\r\nHost: site.example\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n",
        form.len()
    );
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("Connection: close\r\n\r\n");
    text.push_str(form);
    send(address, text.as_bytes())
}

/// Sends the bytes of one request that asks for the connection to be closed.
pub(crate) fn send(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let mut received = Vec::new();
    // A server that refuses a request may close before it has read all of it; its answer counts.
    let sent = stream.write_all(request);
    let read = stream.read_to_end(&mut received);
    parse(&received).unwrap_or_else(|| panic!("no answer: {sent:?}, {read:?}, {received:?}"))
}

/// Takes an answer apart; `None` unless its headers are complete.
pub(crate) fn parse(received: &[u8]) -> Option<Answer> {
    let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect::<Option<_>>()?;
    Some(Answer {
        status,
        headers,
        body: received[end + 4..].to_vec(),
    })
}
