//! The admin: Leptos screens and server functions under `/admin`, with a session for whoever is
//! signed in.

mod activity;
mod address;
mod gate;
mod policy;
mod preview;
mod signed_in;
mod spaces;
mod transfer;
mod typed;

use app::admin::{AdminApp, AdminContext, shell};
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use http::{HeaderMap, HeaderName};
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer};
use tower_sessions_sqlx_store::PostgresStore;

use super::AppState;

/// Where a file is sent that is to be imported.
pub(super) const UPLOAD: &str = "/admin/transfer/upload";

/// How long a session lives without being used.
const IDLE: Duration = Duration::hours(8);

/// The admin's routes. A session is read when a screen asks for it and not before.
pub(super) fn router(state: &AppState) -> Router<AppState> {
    let sessions = SessionManagerLayer::new(PostgresStore::new(state.desk_store.pool().clone()))
        .with_name("landfall_session")
        .with_secure(state.config.base_url().starts_with("https:"))
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(IDLE));
    let options = state.leptos.clone();
    let context = context(state);
    let files = Router::new()
        .route("/admin/", get(async || Redirect::permanent("/admin")))
        .route("/admin/activity.csv", get(activity::csv))
        .route("/admin/activity.jsonl", get(activity::json_lines))
        .layer(Extension(context.clone()))
        .route("/admin/preview/frame", get(preview::frame))
        .route(
            UPLOAD,
            post(transfer::upload).layer(DefaultBodyLimit::disable()),
        )
        .route("/admin/transfer/rejects", get(transfer::rejects))
        .route("/admin/transfer/export", get(transfer::export))
        .route("/admin/transfer/progress", get(transfer::progress))
        .route("/admin/spaces/events", get(spaces::events))
        .route("/admin/spaces/drift/events", get(spaces::drift_events))
        .route("/admin/spaces/drift.csv", get(spaces::decisions))
        .route("/admin/spaces/refused.csv", get(spaces::refused));
    Router::new()
        .leptos_routes_with_context(
            state,
            generate_route_list(AdminApp),
            move || {
                provide_context(context.clone());
                policy::allow_scripts();
            },
            move || shell(options.clone()),
        )
        .merge(files)
        .layer(middleware::from_fn(typed::keep))
        .layer(sessions)
        .layer(middleware::from_fn(gate::keep))
}

/// Whether a header is there and contains these words.
fn says(headers: &HeaderMap, name: &HeaderName, words: &str) -> bool {
    let value = headers.get(name);
    value.is_some_and(|value| value.to_str().is_ok_and(|value| value.contains(words)))
}

/// What the admin works with.
fn context(state: &AppState) -> AdminContext {
    AdminContext {
        desk: state.desk.clone(),
        people: state.people.clone(),
        base_url: state.config.base_url(),
    }
}
