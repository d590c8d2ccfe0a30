//! Strong entity tags, one for each encoding of a body.

use engine::body::Body;

use super::encoding::Encoding;

/// Bytes of the longest tag: quotes, 16 hexadecimal digits, a hyphen and `gzip`.
const LENGTH: usize = 23;

/// An entity tag, quotes included. Making one allocates nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    text: [u8; LENGTH],
    length: usize,
}

impl Tag {
    /// The tag of `body` in `encoding`.
    pub(super) fn of(body: &Body, encoding: Encoding) -> Self {
        let mut tag = Self {
            text: [0; LENGTH],
            length: 0,
        };
        tag.push(b"\"");
        for byte in body.hash.to_be_bytes() {
            tag.push(&[digit(byte >> 4), digit(byte & 15)]);
        }
        tag.push(b"-");
        tag.push(encoding.header().unwrap_or("id").as_bytes());
        tag.push(b"\"");
        tag
    }

    /// The tag's text.
    pub(super) fn as_str(&self) -> &str {
        // It consists of ASCII alone.
        std::str::from_utf8(&self.text[..self.length]).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        self.text[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }
}

fn digit(value: u8) -> u8 {
    b"0123456789abcdef"[usize::from(value)]
}

/// Whether an `If-None-Match` header names `tag` (RFC 9110, 13.1.2: weak comparison).
pub(super) fn matches(if_none_match: &str, tag: &str) -> bool {
    if_none_match
        .split(',')
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

#[cfg(test)]
mod tests {
    use engine::body::Document;

    use super::*;

    #[test]
    fn a_tag_is_the_bodys_hash_and_its_encoding() {
        let body = Body::compress(&Document {
            html: "<p>Hello".to_owned(),
            shared: 0,
        });
        for encoding in [Encoding::Brotli, Encoding::Gzip, Encoding::Identity] {
            let suffix = encoding.header().unwrap_or("id");
            let expected = format!("\"{:016x}-{suffix}\"", body.hash);
            assert_eq!(Tag::of(&body, encoding).as_str(), expected);
        }
    }

    #[test]
    fn a_tag_is_found_in_a_list() {
        let check = |header: &str, expected: bool| {
            assert_eq!(matches(header, "\"ab-br\""), expected, "{header}");
        };
        check("\"ab-br\"", true);
        check("W/\"ab-br\"", true);
        check("\"x\", \"ab-br\"", true);
        check("*", true);
        check("\"ab-gzip\"", false);
        check("ab-br", false);
        check("", false);
    }
}
