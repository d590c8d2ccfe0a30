//! Headers of every answer of the admin.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, header};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::http::security::landing_style_hash;

/// What a screen may do but for its scripts. It shows previews of landing pages, whose style sheet and
/// pictures count as its own, because a frame made of text inherits the policy.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    // `cargo leptos watch` tells the page to reload through a WebSocket on a port of its own.
    let reload = if std::env::var_os("LEPTOS_WATCH").is_some() {
        " ws:"
    } else {
        ""
    };
    format!(
        "default-src 'none'; style-src 'self' '{}'; img-src 'self' https: data:; \
         connect-src 'self'{reload}; frame-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'self'; script-src 'self' 'wasm-unsafe-eval'",
        landing_style_hash()
    )
});

/// Lets the screen that Leptos is about to render run the scripts that Leptos writes into it.
pub(super) fn allow_scripts() {
    // Leptos also asks when it lists its routes, where there is no response.
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else {
        return;
    };
    if let Ok(policy) = HeaderValue::try_from(format!("{} 'nonce-{nonce}'", *POLICY)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Sets the headers, but for those that the answer has set itself.
pub(super) fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // For browsers and scanners that do not read `frame-ancestors`.
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        // Addresses carry what is being worked on.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.entry(name).or_insert(value);
        }
    }
}
