//! A page as somebody would see it who never came: in a frame of the admin, or by a link.
//!
//! Previews go past every cache, may be kept by none, and count as no visit.

use app::landing::leading_out;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use engine::desk::DeskError;
use engine::desk::preview::LinkError;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use tracing::warn;

use super::headers::into_map;
use super::security::{allow_frame, protect_landing};
use super::{AppState, landing, limits, notice};

/// Routes that need no session.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/preview/{token}", get(shared))
}

/// What a link shows.
async fn shared(
    State(state): State<AppState>,
    Path(token): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if !token.contains('.') || limits::check(&uri, &headers).is_err() {
        // No link of ours; a page may be called so.
        return landing::fallback(State(state), method, uri, headers).await;
    }
    let scene = match state.desk.open_preview(&token).await {
        Ok(scene) => scene,
        Err(error) => return closed(&state, &error),
    };
    match state.desk.preview_document(&scene).await {
        Ok(html) => page(html),
        Err(error) => failed(&state, &error),
    }
}

/// A preview that the admin shows in a frame.
pub(super) fn framed(html: &str) -> Response {
    in_frame(page(leading_out(html)))
}

/// What stands in a frame when there is no preview.
pub(super) fn failed_frame(state: &AppState, error: &DeskError) -> Response {
    in_frame(failed(state, error))
}

fn in_frame(mut response: Response) -> Response {
    allow_frame(response.headers_mut());
    response
}

fn failed(state: &AppState, error: &DeskError) -> Response {
    let (status, text) = match error {
        DeskError::NotFound(_) => (
            StatusCode::NOT_FOUND,
            "The page that was to be previewed is not there any more.",
        ),
        DeskError::Invalid(_) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "The site has changed, and this preview does not fit it any more. Make a new one.",
        ),
        error => {
            warn!(%error, "http.preview failed");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "The preview could not be made. Try again in a moment.",
            )
        }
    };
    told(state, status, ("There is no preview", text))
}

fn closed(state: &AppState, error: &LinkError) -> Response {
    match error {
        LinkError::Forged => told(
            state,
            StatusCode::NOT_FOUND,
            (
                "This is no preview link",
                "A part of the link is missing, or it was made for another site. Ask for it again, and open it as it is.",
            ),
        ),
        LinkError::Expired => told(
            state,
            StatusCode::GONE,
            (
                "This preview has expired",
                "Preview links show a page for some days only. Ask whoever sent it for a new one.",
            ),
        ),
        LinkError::Store(error) => {
            warn!(%error, "http.preview failed");
            told(
                state,
                StatusCode::SERVICE_UNAVAILABLE,
                (
                    "There is no preview",
                    "The preview could not be made. Try again in a moment.",
                ),
            )
        }
    }
}

fn told(state: &AppState, status: StatusCode, words: (&'static str, &'static str)) -> Response {
    let catalog = state.engine.catalog();
    let mut response = notice::no_preview(&catalog, status, words).map(Body::new);
    private(response.headers_mut());
    response
}

fn page(html: String) -> Response {
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    protect_landing(&mut into_map(headers));
    private(headers);
    response
}

/// For nobody to keep, to find, or to pass on.
fn private(headers: &mut HeaderMap) {
    const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (ROBOTS, "noindex, nofollow"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
