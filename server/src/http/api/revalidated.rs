//! Answers that a client may keep and must ask about again.

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use xxhash_rust::xxh3::xxh3_64;

use crate::http::etag;
use crate::http::signals::text;

/// The bytes under a strong `ETag`, or 304 when the client has them already.
pub(super) fn revalidated(bytes: Bytes, kind: &'static str, request: &HeaderMap) -> Response {
    let tag = format!("\"{:016x}\"", xxh3_64(&bytes));
    let known = etag::matches(text(request, header::IF_NONE_MATCH), &tag);
    let body = if known { Bytes::new() } else { bytes };
    let mut response = Response::new(body.into());
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    if !known {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}
