//! The admin's bundle: files whose address changes with what they hold, so that browsers keep them
//! for good and never pair old with new.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
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

/// The bundle as it was when its address was made.
struct Known {
    site_root: PathBuf,
    files: [Option<(u64, SystemTime)>; FILES.len()],
}

impl Known {
    fn at(site_root: &Path) -> Self {
        Self {
            files: present(site_root),
            site_root: site_root.to_owned(),
        }
    }

    fn is_present(&self) -> bool {
        present(&self.site_root) == self.files
    }
}

/// Size in bytes and time of change of each file; `None` for one that is missing.
fn present(site_root: &Path) -> [Option<(u64, SystemTime)>; FILES.len()] {
    FILES.map(|name| {
        let file = fs::metadata(site_root.join(name)).ok()?;
        Some((file.len(), file.modified().ok()?))
    })
}

/// A bundle that was built anew has another address, which this server learns when it starts again.
async fn only_present(State(known): State<Arc<Known>>, request: Request, next: Next) -> Response {
    if known.is_present() {
        return next.run(request).await;
    }
    (
        StatusCode::NOT_FOUND,
        [(header::CACHE_CONTROL, "no-store")],
        "The bundle was built anew. Start the server again.\n",
    )
        .into_response()
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
    let known = Arc::new(Known::at(site_root));
    Router::new()
        .nest(
            &format!("/{address}"),
            files("public, max-age=31536000, immutable")
                .layer(middleware::from_fn_with_state(known, only_present)),
        )
        .nest("/pkg", files("no-cache"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_bundle_that_was_built_anew_is_not_kept_under_the_old_address() {
        let root = tempfile::tempdir().unwrap();
        for name in FILES {
            let file = root.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "old").unwrap();
        }
        let address = address(root.path());
        let router: Router = router(root.path(), &address);
        let ask = async || {
            let target = format!("/{address}/landfall.js");
            let request = Request::get(target).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            let policy = answer.headers()[header::CACHE_CONTROL].clone();
            (
                answer.status().as_u16(),
                policy.to_str().unwrap().to_owned(),
            )
        };
        assert_eq!(
            ask().await,
            (200, "public, max-age=31536000, immutable".to_owned())
        );
        fs::write(root.path().join("pkg/landfall.wasm"), "another").unwrap();
        assert_eq!(ask().await, (404, "no-store".to_owned()));
    }
}
