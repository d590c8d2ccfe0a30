//! Answers that a client may keep and asks about again.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use xxhash_rust::xxh3::xxh3_64;

use super::etag;
use super::signals::text;

/// The bytes under a strong `ETag`, or 304 when the client has them already. `cache` says how long
/// they may be kept without asking.
pub(super) fn revalidated<B: Default + From<Bytes>>(
    bytes: Bytes,
    kind: &'static str,
    cache: &'static str,
    request: &HeaderMap,
) -> Response<B> {
    let tag = format!("\"{:016x}\"", xxh3_64(&bytes));
    let known = etag::matches(text(request, header::IF_NONE_MATCH), &tag);
    let body = if known { B::default() } else { B::from(bytes) };
    let mut response = Response::new(body);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    if !known {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}
