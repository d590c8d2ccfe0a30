//! Import and export at the desk, and the same by tokens.

mod export;
mod import;
mod interrupted;
mod limits;

use serde_json::{Value, json};

use super::support::{Site, Visit};
use crate::client::{Answer, send};
use crate::support::{CONTENT, eventually};

const SCREEN: &str = "/admin/transfer";
const BOUNDARY: &str = "----landfall-tests";
/// Most bytes of a file.
const MOST: usize = 50 * 1_024 * 1_024;

/// Sends a file as a browser's form does.
fn upload_with(site: &Site, headers: &str, name: &str, content: &[u8]) -> Answer {
    let before = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    let after = format!("\r\n--{BOUNDARY}--\r\n");
    let length = before.len() + content.len() + after.len();
    let head = format!(
        "POST /admin/transfer/upload HTTP/1.1\r\nHost: site.example\r\nContent-Length: {length}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{headers}Connection: close\r\n\r\n"
    );
    let request = [
        head.as_bytes(),
        before.as_bytes(),
        content,
        after.as_bytes(),
    ]
    .concat();
    send(site.node.address, &request)
}

fn upload(site: &Site, visit: &Visit, name: &str, content: impl AsRef<[u8]>) -> Answer {
    let cookie = format!("Cookie: {}\r\n", visit.cookie);
    upload_with(site, &cookie, name, content.as_ref())
}

/// The number of the file that waits.
fn waiting(site: &Site) -> String {
    site.database
        .query("SELECT max(id) FROM uploads WHERE job_id IS NULL")
}

/// The rows of the table that says what an import would do.
fn counts(screen: &Answer) -> Vec<String> {
    screen.select("[aria-label='What the import would do'] tbody tr")
}

async fn over(site: &Site, job: &str) -> String {
    let state = format!("SELECT state FROM jobs WHERE id = {job}");
    eventually("the import is over", || {
        let state = site.database.query(&state);
        (state != "running").then_some(state)
    })
    .await
}

fn variant(id: &str, headline: &str) -> Value {
    json!({
        "kind": "variant", "id": id, "page": "pricing", "segment": "smb", "locale": "en", "name": id,
        "content": {"blocks": [{"type": "hero", "id": "hero", "headline": headline}]}
    })
}

/// A file with something new, something changed, and something that stands there already.
fn good() -> String {
    let mut lines: Vec<String> = CONTENT.lines().map(str::to_owned).collect();
    for line in &mut lines {
        *line = line.replace("Owners of small companies", "Owners of small firms");
    }
    lines.push(variant("new-one", "A price for bakeries").to_string());
    lines.join("\n")
}

/// The body of an answer that is sent in chunks.
fn dechunked(answer: &Answer) -> String {
    if answer.header("transfer-encoding") != "chunked" {
        return answer.text().to_owned();
    }
    let mut rest = answer.body.as_slice();
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|bytes| bytes == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    String::from_utf8(body).expect("UTF-8")
}
