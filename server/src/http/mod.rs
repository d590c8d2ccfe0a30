//! Everything that speaks HTTP.

mod admin;
mod api;
mod bundle;
mod cookies;
mod crawlers;
mod encoding;
mod etag;
mod fields;
mod headers;
mod landing;
mod limits;
mod metrics;
mod notice;
mod pieces;
mod preview;
mod revalidated;
mod security;
pub mod serve;
mod shared_cache;
mod short;
mod signals;
mod streamed;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::response::{Redirect, Response};
use axum::routing::get;
use engine::Engine;
use engine::desk::Desk;
use engine::people::People;
use engine::store::Store;
use leptos::config::LeptosOptions;
use tower::util::MapResponseLayer;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::config::Config;

pub use fields::Fields;
pub use signals::{Request, RequestError};

/// Connections to the database for the admin.
const DESK_CONNECTIONS: u32 = 4;

/// The paths to which files are sent that are to be imported.
const IMPORTS: [&str; 3] = [admin::UPLOAD, api::IMPORT, api::NEWEST_IMPORT];

/// What handlers share.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Answers visitors.
    pub engine: Arc<Engine>,
    /// The configuration.
    pub config: Arc<Config>,
    /// What people who write content work on.
    pub desk: Desk,
    /// Those people.
    pub people: People,
    /// The database through a pool for them alone, so that no visitor waits for its connections.
    desk_store: Store,
    leptos: LeptosOptions,
}

impl axum::extract::FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl AppState {
    /// State over a running engine. `address` is the one listened on.
    pub fn new(
        engine: Arc<Engine>,
        config: Arc<Config>,
        store: &Store,
        address: SocketAddr,
    ) -> Self {
        let leptos = LeptosOptions::builder()
            .output_name("landfall")
            .site_root(config.site_root.display().to_string())
            .site_pkg_dir(bundle::address(&config.site_root))
            .site_addr(address)
            .build();
        let desk_store = store.background(DESK_CONNECTIONS);
        Self {
            desk: Desk::new(desk_store.clone(), Arc::clone(&engine))
                .reading(&config.visitor_cookies),
            people: People::new(desk_store.clone(), Arc::clone(engine.clock())),
            desk_store,
            engine,
            config,
            leptos,
        }
    }
}

fn untagged(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ETAG)
}

/// The production router: assets, the admin, and a landing page for every other path.
pub fn router(state: &AppState, store: &Store) -> Router {
    let folder = |name: &str| ServeDir::new(Path::new(&state.config.site_root).join(name));
    // What is missing now may be there in a minute.
    let keep = |response: &Response| {
        let found = response.status() != StatusCode::NOT_FOUND;
        let policy = if found {
            "public, max-age=3600"
        } else {
            "no-store"
        };
        Some(HeaderValue::from_static(policy))
    };
    let assets =
        Router::new()
            .fallback_service(folder("assets"))
            .layer(SetResponseHeaderLayer::overriding(
                header::CACHE_CONTROL,
                keep,
            ));
    Router::new()
        .route("/healthz", get(|| async { (StatusCode::OK, "ok\n") }))
        .route("/metrics", get(metrics::answer))
        .nest("/assets", assets)
        .merge(bundle::router(
            &state.config.site_root,
            &state.leptos.site_pkg_dir,
        ))
        .route(
            "/favicon.ico",
            get(async || Redirect::permanent("/assets/favicon.svg")),
        )
        .merge(crawlers::router())
        .merge(preview::router())
        .merge(admin::router(state))
        .merge(api::router(state, store))
        .layer(MapResponseLayer::new(|mut response: Response| {
            security::protect_rest(response.headers_mut());
            response
        }))
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Precise(4))
                // A tag names bytes, and these would be others.
                .compress_when(DefaultPredicate::new().and(untagged)),
        )
        .fallback(landing::fallback)
        .with_state(state.clone())
}
