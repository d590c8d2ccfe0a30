//! Cookies of a request.

/// Most cookies read from a request; the rest are ignored.
const MAX_COOKIES: usize = 200;

/// Names and values of a `Cookie` header, in its order.
pub(super) fn read(header: &str) -> Vec<(&str, &str)> {
    header
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .take(MAX_COOKIES)
        .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
        .collect()
}
