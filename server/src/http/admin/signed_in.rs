//! Who asks, for routes that Leptos does not answer.

use app::admin::{AdminError, AdminSession, ClientAddress};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use domain::Role;
use http::request::Parts;
use http::{StatusCode, header};
use tower_sessions::Session;

use super::context;
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
            .map_err(|error| error.into_response())?;
        let address = parts.extensions.get::<ClientAddress>().and_then(|a| a.0);
        let found = AdminSession::of(context(state), &session, address).await;
        let error = match found {
            Ok(Some(session)) => return Ok(Self(session)),
            Ok(None) => AdminError::SignedOut,
            Err(error) => error,
        };
        Err(refusal(&error))
    }
}

/// What a route answers that shows no screen.
pub(super) fn refusal(error: &AdminError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, kind, format!("{error}\n")).into_response()
}
