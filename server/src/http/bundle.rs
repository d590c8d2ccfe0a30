//! The admin's bundle: files whose address changes with what they hold, so that browsers keep them
//! for good and never pair old with new.

use std::fs;
use std::path::Path;

use axum::Router;
use http::{HeaderValue, header};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use xxhash_rust::xxh3::Xxh3;

/// The bundle's files, without their compressed twins, and the script that starts it.
const FILES: [&str; 4] = [
    "pkg/landfall.css",
    "pkg/landfall.js",
    "pkg/landfall.wasm",
    "assets/islands.js",
];

/// Where the bundle is found at present, without a slash in front. Missing files hash as empty.
pub(super) fn address(site_root: &Path) -> String {
    let mut hash = Xxh3::new();
    for name in FILES {
        let bytes = fs::read(site_root.join(name)).unwrap_or_default();
        hash.update(&bytes);
    }
    format!("pkg/{:016x}", hash.digest())
}

/// Serves the bundle under `address`, its present one, kept for good, and under `/pkg`, where
/// `cargo leptos watch` looks for it.
pub(super) fn router<S>(site_root: &Path, address: &str) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let files = |policy| {
        let folder = ServeDir::new(site_root.join("pkg"))
            .precompressed_br()
            .precompressed_gzip();
        Router::new()
            .fallback_service(folder)
            .layer(SetResponseHeaderLayer::overriding(
                header::CACHE_CONTROL,
                HeaderValue::from_static(policy),
            ))
    };
    Router::new()
        .nest(
            &format!("/{address}"),
            files("public, max-age=31536000, immutable"),
        )
        .nest("/pkg", files("no-cache"))
}
