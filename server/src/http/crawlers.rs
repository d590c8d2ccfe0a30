//! What crawlers ask for before any page: `robots.txt` and the sitemap.

mod sitemap;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use super::AppState;
use super::revalidated::revalidated;

/// How long anybody may keep these files, in the header's words.
const CACHE: &str = "public, max-age=3600";

/// The two files' routes. The parts of a large sitemap are answered by [`sitemap_part`], because
/// no route can be told from a page's path by what stands behind its number.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/robots.txt", get(robots))
        .route("/sitemap.xml", get(sitemap))
}

async fn robots(State(state): State<AppState>, request: HeaderMap) -> Response {
    // `$` ends a path (RFC 9309, 2.2.3): a page may be called `/administrators`.
    let lines = format!(
        "User-agent: *\nDisallow: /admin$\nDisallow: /admin/\nDisallow: /api$\nDisallow: /api/\n\n\
         Sitemap: {}/sitemap.xml\n",
        state.config.base_url()
    );
    file::<Body>(&request, "text/plain; charset=utf-8", lines)
}

async fn sitemap(State(state): State<AppState>, request: HeaderMap) -> Response {
    let first = files(&state).await.swap_remove(0);
    file::<Body>(&request, "application/xml", first)
}

/// The part with this number, from 1, of a sitemap too large for one file.
pub(super) async fn sitemap_part<B: Default + From<Bytes>>(
    state: &AppState,
    request: &HeaderMap,
    number: usize,
) -> Option<http::Response<B>> {
    let mut files = files(state).await;
    let part = (number > 0 && number < files.len()).then(|| files.swap_remove(number))?;
    Some(file(request, "application/xml", part))
}

/// The sitemap's files. Writing a large one takes some milliseconds.
async fn files(state: &AppState) -> Vec<String> {
    let catalog = state.engine.catalog();
    let base_url = state.config.base_url();
    let written = tokio::task::spawn_blocking(move || sitemap::files(&catalog, &base_url)).await;
    // Only a panic keeps it from being written.
    written.unwrap_or_else(|_| vec![String::new()])
}

fn file<B: Default + From<Bytes>>(
    request: &HeaderMap,
    content_type: &'static str,
    content: String,
) -> http::Response<B> {
    let mut response = revalidated(content.into(), content_type, CACHE, request);
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
