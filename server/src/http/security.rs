//! Headers that tell browsers what a page may do.

use std::sync::LazyLock;

use app::{api_docs, landing};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use sha2::{Digest as _, Sha256};

static LANDING_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(landing::STYLE_SHEET));
static DOCS_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(api_docs::STYLE_SHEET));

/// Adds what every HTML answer to a visitor carries.
pub(super) fn protect_landing(headers: &mut HeaderMap) {
    protect(headers, &LANDING_POLICY);
}

/// Adds what the page about the API carries.
pub(super) fn protect_docs(headers: &mut HeaderMap) {
    protect(headers, &DOCS_POLICY);
}

/// Such a page runs no script at all; `style_sheet` is part of it, and the only one it may use.
fn policy(style_sheet: &str) -> HeaderValue {
    let hash = BASE64_STANDARD.encode(Sha256::digest(style_sheet));
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self' https: data:; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ))
    .expect("Base64 is visible ASCII")
}

fn protect(headers: &mut HeaderMap, policy: &HeaderValue) {
    const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
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
        let policy = LANDING_POLICY.to_str().unwrap();
        assert!(
            policy.contains(&format!("style-src 'sha256-{hash}';")),
            "{policy}"
        );
    }
}
