//! The API for other software: content as JSON, explanations, and their documentation.

mod access;
mod cors;
mod docs;
mod document;
mod explain;
mod export;
mod import;
mod parameters;
mod problem;
mod subject;
mod variant;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get, post};
use engine::store::Store;
use http::Uri;

use super::AppState;
use docs::Published;
use problem::{Kind, Problem};

pub(super) use document::{IMPORT, NEWEST_IMPORT};

/// How long answers may be kept without asking again, in the header's words: not at all.
const REVALIDATE: &str = "no-cache";

/// What the API's handlers share.
#[derive(Debug, Clone)]
pub(super) struct Api {
    app: AppState,
    store: Store,
    published: Arc<Published>,
}

/// The API's routes, all under `/api`.
///
/// Front ends on other sites may read content, and nothing else, when the configuration says so.
pub(super) fn router(state: &AppState, store: &Store) -> Router<AppState> {
    let api = Api {
        app: state.clone(),
        store: store.clone(),
        published: Arc::new(Published::new(&state.config)),
    };
    let mut content = Router::new()
        .route(document::VARIANT, only_read(get(variant::answer)))
        .route(document::NEWEST_VARIANT, only_read(get(variant::answer)));
    if let Some(layer) = cors::layer(&state.config.cors_origins) {
        content = content.layer(layer);
    }
    Router::new()
        .route(document::EXPLAIN, only_read(get(explain::answer)))
        .route(document::NEWEST_EXPLAIN, only_read(get(explain::answer)))
        .route(document::EXPORT, only_read(get(export::answer)))
        .route(document::NEWEST_EXPORT, only_read(get(export::answer)))
        .route(IMPORT, only_post(post(import::start)))
        .route(NEWEST_IMPORT, only_post(post(import::start)))
        .route(document::IMPORT_JOB, only_read(get(import::job)))
        .route(document::NEWEST_IMPORT_JOB, only_read(get(import::job)))
        .route(document::OPENAPI, only_read(get(docs::openapi)))
        .route(document::DOCS, only_read(get(docs::page)))
        .route("/api", get(unknown).fallback(unknown))
        .route("/api/", get(unknown).fallback(unknown))
        .route("/api/{*path}", get(unknown).fallback(unknown))
        .merge(content)
        .with_state(api)
}

/// Adds the answer to methods other than GET and HEAD.
fn only_read(route: MethodRouter<Api>) -> MethodRouter<Api> {
    route.fallback(async || {
        Problem::new(
            Kind::MethodNotAllowed,
            "This can be read with GET and HEAD only.",
        )
    })
}

/// Adds the answer to other methods than POST.
fn only_post(route: MethodRouter<Api>) -> MethodRouter<Api> {
    let refusal = async || {
        Problem::new(Kind::MethodNotAllowed, "Files are imported with POST.").with_methods("POST")
    };
    route.layer(DefaultBodyLimit::disable()).fallback(refusal)
}

async fn unknown(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(100).collect();
    Problem::new(
        Kind::NotFound,
        format!("The API has no {path}; /api/docs says what it has."),
    )
}
