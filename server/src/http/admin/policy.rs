//! Headers of every answer of the admin.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, header};

use crate::http::security::landing_style_hash;

/// What a screen may do. It shows previews of landing pages, whose style sheet and pictures count as
/// its own, because a frame made of text inherits the policy.
static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    // `cargo leptos watch` tells the page to reload by an inline script and a WebSocket of its own.
    let (inline, reload) = if std::env::var_os("LEPTOS_WATCH").is_some() {
        (" 'unsafe-inline'", " ws:")
    } else {
        ("", "")
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{inline}; style-src 'self' '{}'; \
         img-src 'self' https: data:; connect-src 'self'{reload}; frame-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'self'",
        landing_style_hash()
    );
    HeaderValue::try_from(policy).ok()
});

/// Sets the headers, but for those that the answer has set itself.
pub(super) fn protect(headers: &mut HeaderMap) {
    if let Some(policy) = POLICY.clone() {
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(policy);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Addresses carry what is being worked on.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}
