//! A plain form that is refused comes back with what was typed.

use app::admin::typed;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use tower_sessions::Session;

use super::says;

/// Keeps what a refused form held for the screen to which the answer leads.
pub(super) async fn keep(session: Session, request: Request, next: Next) -> Response {
    if !is_plain_form(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(form) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let from = path_of(parts.headers.get(header::REFERER));
    let request = Request::from_parts(parts, Body::from(form.clone()));
    let response = next.run(request).await;
    let place = response.headers().get(header::LOCATION);
    let is_refused = says(response.headers(), &header::LOCATION, "__err=");
    // Signing in leads to another screen, which may have refused something before.
    if is_refused && (from.is_none() || path_of(place) == from) {
        typed::keep(&session, &form).await;
    }
    response
}

/// The path of an address, whether whole or without its origin.
fn path_of(address: Option<&HeaderValue>) -> Option<String> {
    let address: Uri = address?.to_str().ok()?.parse().ok()?;
    Some(address.path().to_owned())
}

/// Whether a browser sent a form by itself, and a short one.
fn is_plain_form(request: &Request) -> bool {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    let length: Option<u64> = length.and_then(|length| length.to_str().ok()?.parse().ok());
    *request.method() == Method::POST
        && says(headers, &header::ACCEPT, "text/html")
        && says(
            headers,
            &header::CONTENT_TYPE,
            "application/x-www-form-urlencoded",
        )
        && length.is_some_and(|length| length <= typed::MAX_BYTES)
}
