//! Headers that tell browsers what a page may do.

use std::sync::LazyLock;

use app::{api_docs, landing};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use super::headers::Value;

/// For browsers and scanners that do not read `frame-ancestors`.
const NO_FRAME: &str = "DENY";

static LANDING_POLICY: LazyLock<String> = LazyLock::new(|| policy(landing::STYLE_SHEET));
static FRAME_POLICY: LazyLock<String> = LazyLock::new(|| {
    let policy: &str = &LANDING_POLICY;
    policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
});
static DOCS_POLICY: LazyLock<String> = LazyLock::new(|| policy(api_docs::STYLE_SHEET));

/// Adds what every HTML answer to a visitor carries.
pub(super) fn protect_landing(put: &mut impl FnMut(HeaderName, Value<'_>)) {
    protect(&LANDING_POLICY, put);
}

/// Lets the admin show a page in a frame.
pub(super) fn allow_frame(headers: &mut HeaderMap) {
    if let Ok(policy) = HeaderValue::from_str(&FRAME_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(
            header::X_FRAME_OPTIONS,
            HeaderValue::from_static("SAMEORIGIN"),
        );
    }
}

/// Adds what the page about the API carries.
pub(super) fn protect_docs(put: &mut impl FnMut(HeaderName, Value<'_>)) {
    protect(&DOCS_POLICY, put);
}

/// Adds what every answer carries that is no page, but for what it says itself. Such a one needs nothing, whoever
/// opens it in a window of its own.
pub(super) fn protect_rest(headers: &mut HeaderMap) {
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::X_FRAME_OPTIONS, NO_FRAME),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        let value = HeaderValue::from_static(value);
        headers.entry(name).or_insert(value);
    }
}

/// An answer in one sentence that the router does not give, and that holds for this request alone.
pub(super) fn sentence(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    protect_rest(headers);
    response
}

/// Such a page runs no script at all; `style_sheet` is part of it, and the only one it may use.
fn policy(style_sheet: &str) -> String {
    let hash = hash(style_sheet);
    format!(
        "default-src 'none'; style-src '{hash}'; img-src 'self' https: data:; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// The landing pages' style sheet as a policy names it.
pub(super) fn landing_style_hash() -> String {
    hash(landing::STYLE_SHEET)
}

fn hash(style_sheet: &str) -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(style_sheet));
    format!("sha256-{hash}")
}

fn protect(policy: &'static str, put: &mut impl FnMut(HeaderName, Value<'_>)) {
    const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_FRAME_OPTIONS, NO_FRAME),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (PERMISSIONS, "camera=(), geolocation=(), microphone=()"),
    ] {
        put(name, Value::Fixed(value));
    }
}

#[cfg(test)]
mod tests {
    use app::landing::{NoticePage, render_notice};
    use domain::{Locale, SiteSettings};

    use super::*;

    #[test]
    fn the_policy_names_the_style_sheet_as_pages_carry_it() {
        let html = render_notice(&NoticePage {
            site: &SiteSettings::default(),
            locale: Locale::default(),
            status: 404,
            heading: "Heading",
            text: "Text",
            links: &[],
            reference: None,
        });
        let (_, rest) = html.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        assert!(!rest.contains("<style"), "{rest}");
        let hash = BASE64_STANDARD.encode(Sha256::digest(style));
        let policy = LANDING_POLICY.as_str();
        assert!(
            policy.contains(&format!("style-src 'sha256-{hash}';")),
            "{policy}"
        );
    }
}
