//! Headers that tell browsers what a page may do.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// A landing page runs no script at all; its style sheet is part of it.
const LANDING_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Adds what every HTML answer to a visitor carries.
pub(super) fn protect_landing(headers: &mut HeaderMap) {
    const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(LANDING_POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    );
    headers.insert(
        PERMISSIONS,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
}
