//! `/metrics`: what goes on, for Prometheus.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, StatusCode, header};
use tracing::error;

use super::AppState;

/// Prometheus' text format.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Headers by which proxies say that they ask for somebody else.
const FORWARDED: [HeaderName; 3] = [
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    header::VIA,
];

/// Answers this machine, and others when the configuration says so. To anybody else there is
/// nothing here.
pub(super) async fn answer(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let forwarded = FORWARDED.iter().any(|name| headers.contains_key(name));
    let local = peer.ip().to_canonical().is_loopback() && !forwarded;
    if !local && !state.config.metrics_public {
        return (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response();
    }
    match state.engine.report() {
        Ok(text) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(problem) => {
            error!(%problem, "http.metrics cannot be written");
            let text = "The metrics cannot be written; the log says why.\n";
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}
