//! Previews in a frame of the admin.

use axum::extract::State;
use axum::response::Response;
use domain::Role;
use domain::preview::Scene;
use http::Uri;

use super::signed_in::{SignedIn, refusal};
use crate::http::{AppState, preview};

/// The page as the visitor whom the query describes would see it.
pub(super) async fn frame(State(state): State<AppState>, person: SignedIn, uri: Uri) -> Response {
    let session = match person.with(Role::Viewer) {
        Ok(session) => session,
        Err(error) => return refusal(&error),
    };
    let query = uri.query().unwrap_or_default();
    let scene = Scene::of_fields(form_urlencoded::parse(query.as_bytes()));
    match session.desk().preview_document(&scene).await {
        Ok(html) => preview::framed(&html),
        Err(error) => preview::failed_frame(&state, &error),
    }
}
