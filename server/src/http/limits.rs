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
    let (mut bytes, mut cookies) = (0, 0);
    for value in headers.get_all(header::COOKIE) {
        bytes += value.len();
        cookies += cookies_in(value.as_bytes());
    }
    let query = uri.query().unwrap_or_default();
    check_sizes(uri.path(), query, bytes, cookies)
}

/// How many cookies a field carries.
pub(super) fn cookies_in(field: &[u8]) -> usize {
    field.split(|byte| *byte == b';').count()
}

/// Checks an address and its cookies, of which there are `cookies` with `bytes` together.
pub(super) fn check_sizes(
    path: &str,
    query: &str,
    bytes: usize,
    cookies: usize,
) -> Result<(), TooLarge> {
    let address = |text| {
        Err(TooLarge {
            status: StatusCode::URI_TOO_LONG,
            text,
        })
    };
    let too_many = |text| {
        Err(TooLarge {
            status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            text,
        })
    };
    if path.len() > MAX_PATH_BYTES {
        return address("The path of this address has more than 1,024 bytes.");
    }
    if query.len() > MAX_QUERY_BYTES {
        return address(
            "The part of this address after the question mark has more than 8,192 bytes.",
        );
    }
    if bytes > MAX_COOKIE_BYTES {
        return too_many(
            "This request carries more than 16 kB of cookies. Deleting this site's cookies helps.",
        );
    }
    if cookies > MAX_COOKIES {
        return too_many(
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
