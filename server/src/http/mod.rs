//! Everything that speaks HTTP.

mod admin;
mod api;
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
mod revalidated;
mod security;
pub mod serve;
mod shared_cache;
mod short;
mod signals;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use engine::Engine;
use engine::store::Store;
use leptos::config::LeptosOptions;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::config::Config;

pub use fields::Fields;
pub use signals::{Request, RequestError};

/// What handlers share.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Answers visitors.
    pub engine: Arc<Engine>,
    /// The configuration.
    pub config: Arc<Config>,
    leptos: LeptosOptions,
}

impl axum::extract::FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl AppState {
    /// State over a running engine. `address` is the one listened on.
    pub fn new(engine: Arc<Engine>, config: Arc<Config>, address: SocketAddr) -> Self {
        let leptos = LeptosOptions::builder()
            .output_name("landfall")
            .site_root(config.site_root.display().to_string())
            .site_pkg_dir("pkg")
            .site_addr(address)
            .build();
        Self {
            engine,
            config,
            leptos,
        }
    }
}

/// The production router: assets, the admin, and a landing page for every other path.
pub fn router(state: &AppState, store: &Store) -> Router {
    let folder = |name: &str| ServeDir::new(Path::new(&state.config.site_root).join(name));
    let keep = |policy| {
        SetResponseHeaderLayer::overriding(
            http::header::CACHE_CONTROL,
            http::HeaderValue::from_static(policy),
        )
    };
    // The bundle's names carry no hash: a browser asks each time, and never pairs old with new.
    let bundle = Router::new()
        .fallback_service(folder("pkg").precompressed_br().precompressed_gzip())
        .layer(keep("no-cache"));
    let assets = Router::new()
        .fallback_service(folder("assets"))
        .layer(keep("public, max-age=3600"));
    Router::new()
        .route("/healthz", get(|| async { (StatusCode::OK, "ok\n") }))
        .route("/metrics", get(metrics::answer))
        .nest("/assets", assets)
        .nest("/pkg", bundle)
        .merge(crawlers::router())
        .merge(admin::router(state, store))
        .merge(api::router(state, store))
        .layer(SetResponseHeaderLayer::overriding(
            http::header::X_CONTENT_TYPE_OPTIONS,
            http::HeaderValue::from_static("nosniff"),
        ))
        .fallback(landing::fallback)
        .with_state(state.clone())
}
