//! Who asks, for routes that Leptos does not answer.

use app::admin::{AdminError, AdminSession, ClientAddress, sign_in_address};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Role;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use tower_sessions::Session;

use super::{context, says};
use crate::http::AppState;

/// Somebody who is signed in.
pub(super) struct SignedIn(AdminSession);

impl SignedIn {
    /// The session, when the person has at least `role`.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`] otherwise.
    pub(super) fn with(self, role: Role) -> Result<AdminSession, AdminError> {
        if self.0.may(role) {
            Ok(self.0)
        } else {
            Err(AdminError::Forbidden(role))
        }
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let session = Session::from_request_parts(parts, state)
            .await
            .map_err(axum::response::IntoResponse::into_response)?;
        let address = parts.extensions.get::<ClientAddress>().and_then(|a| a.0);
        let found = AdminSession::of(context(state), &session, address).await;
        let error = match found {
            Ok(Some(session)) => return Ok(Self(session)),
            Ok(None) => AdminError::SignedOut,
            Err(error) => error,
        };
        if matches!(error, AdminError::SignedOut) && wants_html(&parts.headers) {
            let back = match parts.method {
                Method::GET => parts.uri.path(),
                // The one form that is sent here is a file's.
                _ => super::transfer::SCREEN,
            };
            let query = parts.uri.query().unwrap_or_default();
            return Err(Redirect::to(&sign_in_address(back, query)).into_response());
        }
        Err(refusal(&error))
    }
}

/// Whether a browser shows the answer in a window of its own.
fn wants_html(headers: &HeaderMap) -> bool {
    let destination = HeaderName::from_static("sec-fetch-dest");
    says(headers, &header::ACCEPT, "text/html") && !says(headers, &destination, "iframe")
}

/// What a route answers that shows no screen.
pub(super) fn refusal(error: &AdminError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, kind, format!("{error}\n")).into_response()
}
