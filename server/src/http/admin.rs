//! The admin: Leptos pages under `/admin`, with a session for whoever is signed in.

use app::admin::{AdminApp, shell};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use engine::store::Store;
use http::{HeaderValue, header};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer};
use tower_sessions_sqlx_store::PostgresStore;

use super::{AppState, limits};

/// How long a session lives without being used.
const IDLE: Duration = Duration::hours(8);

/// The admin's routes. A session is read when a screen asks for it and not before, so that what
/// needs no sign-in works while PostgreSQL is down.
pub(super) fn router(state: &AppState, store: &Store) -> Router<AppState> {
    let sessions = SessionManagerLayer::new(PostgresStore::new(store.pool().clone()))
        .with_name("landfall_session")
        .with_secure(state.config.base_url().starts_with("https:"))
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(IDLE));
    let options = state.leptos.clone();
    Router::new()
        .leptos_routes_with_context(state, generate_route_list(AdminApp), protect, move || {
            shell(options.clone())
        })
        .layer(sessions)
        .layer(middleware::from_fn(within_limits))
}

/// Sets the headers of a screen that Leptos is about to render.
fn protect() {
    // Leptos also runs this when it lists its routes, where there is no response.
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    let nonce = use_nonce().map_or_else(String::new, |nonce| format!(" 'nonce-{nonce}'"));
    // `cargo leptos watch` tells the page to reload through a WebSocket on a port of its own.
    let reload = if std::env::var_os("LEPTOS_WATCH").is_some() {
        " ws:"
    } else {
        ""
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{nonce}; style-src 'self'; \
         img-src 'self'; connect-src 'self'{reload}; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Addresses carry what is being worked on.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        response.insert_header(name, HeaderValue::from_static(value));
    }
}

async fn within_limits(request: Request, next: Next) -> Response {
    match limits::check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(large) => (large.status, large.text).into_response(),
    }
}
