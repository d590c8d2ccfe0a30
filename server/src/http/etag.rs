//! Strong entity tags, one for each encoding of a body.

use engine::body::Body;

use super::encoding::Encoding;
use super::short::Short;

/// The tag of `body` in `encoding`, quotes included.
pub(super) fn of(body: &Body, encoding: Encoding) -> Short {
    let suffix = encoding.header().unwrap_or("id");
    Short::of(format_args!("\"{:016x}-{suffix}\"", body.hash))
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
            assert_eq!(of(&body, encoding).as_str(), expected);
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
