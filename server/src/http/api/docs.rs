//! The API's description, for machines and as a page.

mod reading;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;

use super::{Api, REVALIDATE, document};
use crate::config::Config;
use crate::http::headers::into_map;
use crate::http::revalidated::revalidated;
use crate::http::security::protect_docs;

/// The description in both forms. It depends on the configuration only, so it is made once.
#[derive(Debug)]
pub(super) struct Published {
    openapi: Bytes,
    page: Bytes,
}

impl Published {
    /// Describes the API of a site so configured.
    pub(super) fn new(config: &Config) -> Self {
        let base_url = config.base_url();
        let document = document::document(&base_url);
        Self {
            // The document is texts and numbers, which always become JSON.
            openapi: serde_json::to_vec(&document).unwrap_or_default().into(),
            page: app::api_docs::render(&reading::read(&document, &base_url)).into(),
        }
    }
}

/// This description as an OpenAPI 3.1 document
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "openapi",
    tag = "Documentation",
    responses(
        (status = 200, description = "The document.", content_type = "application/json"),
        (status = 304, description = "The document is the one that `If-None-Match` names."),
    ),
)]
pub(super) async fn openapi(State(api): State<Api>, headers: HeaderMap) -> Response {
    revalidated(
        api.published.openapi.clone(),
        "application/json",
        REVALIDATE,
        &headers,
    )
}

/// This description as a page
#[utoipa::path(
    get,
    path = "/api/docs",
    operation_id = "docs",
    tag = "Documentation",
    responses(
        (status = 200, description = "The page.", content_type = "text/html"),
        (status = 304, description = "The page is the one that `If-None-Match` names."),
    ),
)]
pub(super) async fn page(State(api): State<Api>, headers: HeaderMap) -> Response {
    let page = api.published.page.clone();
    let mut response = revalidated(page, "text/html; charset=utf-8", REVALIDATE, &headers);
    protect_docs(&mut into_map(response.headers_mut()));
    response
}
