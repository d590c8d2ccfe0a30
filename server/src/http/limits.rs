//! How large a request may be.

use http::{HeaderMap, StatusCode, Uri, header};

/// Longest path, in bytes.
const MAX_PATH_BYTES: usize = 1_024;
/// Longest query, in bytes.
const MAX_QUERY_BYTES: usize = 8_192;
/// Longest `Cookie` headers together, in bytes.
const MAX_COOKIE_BYTES: usize = 16_384;
/// Most cookies. Browsers keep at most 180 for one site.
const MAX_COOKIES: usize = 200;

/// A request beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge {
    /// 414 or 431.
    pub(super) status: StatusCode,
    /// What is too large, and how large it may be.
    pub(super) text: &'static str,
}

/// Checks a request's size before anything in it is read.
pub(super) fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), TooLarge> {
    let address = |text| {
        Err(TooLarge {
            status: StatusCode::URI_TOO_LONG,
            text,
        })
    };
    let cookies = |text| {
        Err(TooLarge {
            status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            text,
        })
    };
    if uri.path().len() > MAX_PATH_BYTES {
        return address("The path of this address has more than 1,024 bytes.");
    }
    if uri
        .query()
        .is_some_and(|query| query.len() > MAX_QUERY_BYTES)
    {
        return address(
            "The part of this address after the question mark has more than 8,192 bytes.",
        );
    }
    let mut bytes = 0;
    let mut count = 0;
    for value in headers.get_all(header::COOKIE) {
        bytes += value.len();
        count += value.as_bytes().split(|b| *b == b';').count();
    }
    if bytes > MAX_COOKIE_BYTES {
        return cookies(
            "This request carries more than 16 kB of cookies. Deleting this site's cookies helps.",
        );
    }
    if count > MAX_COOKIES {
        return cookies(
            "This request carries more than 200 cookies. Deleting this site's cookies helps.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_beyond_a_limit_is_refused_with_the_right_status() {
        let check = |uri: String, cookie: String, expected: Option<u16>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            let found = check(&uri.parse().unwrap(), &headers)
                .err()
                .map(|e| e.status.as_u16());
            assert_eq!(found, expected);
        };
        check("/pricing?a=b".into(), "a=b".into(), None);
        check(format!("/{}", "x".repeat(1_024)), String::new(), Some(414));
        check(format!("/?{}", "x".repeat(8_193)), String::new(), Some(414));
        check("/".into(), "a=b; ".repeat(200), Some(431));
        check("/".into(), "x".repeat(16_385), Some(431));
    }
}
