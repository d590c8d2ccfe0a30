//! The admin: rendered by the server screen by screen, one folder per screen.
//!
//! What must react without the server is an island: only islands, what they are made of, and the
//! clients of server functions reach the browser. Everything else is the server's alone.

#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
mod activity;
#[cfg(feature = "ssr")]
mod address;
#[cfg(feature = "ssr")]
mod author;
mod blocks;
mod copy_field;
#[cfg(feature = "ssr")]
mod countries;
mod editor;
mod error;
mod form;
#[cfg(feature = "ssr")]
mod frame;
mod home;
#[cfg(feature = "ssr")]
mod insights;
#[cfg(feature = "ssr")]
mod instant;
#[cfg(feature = "ssr")]
mod mistakes;
#[cfg(feature = "ssr")]
mod notice;
#[cfg(feature = "ssr")]
mod once;
mod pages;
mod palette;
#[cfg(feature = "ssr")]
mod past;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
mod preview;
#[cfg(feature = "ssr")]
mod revision;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
mod screen;
mod segments;
#[cfg(feature = "ssr")]
mod session;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod sign_in;
mod spaces;
#[cfg(feature = "ssr")]
mod stale;
mod submit;
#[cfg(feature = "ssr")]
mod theme;
mod timer;
#[cfg(feature = "ssr")]
mod tokens;
mod transfer;
#[cfg(feature = "ssr")]
pub mod typed;
mod variants;
#[cfg(feature = "ssr")]
mod welcome;

pub use blocks::{BlocksEditor, ContentField, Editing};
pub use editor::preview_draft;
pub use error::AdminError;
pub use form::Form;
#[cfg(feature = "ssr")]
pub use mistakes::address as mistake_address;
#[cfg(feature = "ssr")]
pub use routes::AdminApp;
#[cfg(feature = "ssr")]
pub use screen::sign_in_address;
#[cfg(feature = "ssr")]
pub use session::{AdminContext, AdminSession, ClientAddress};
#[cfg(feature = "ssr")]
pub use shell::shell;
pub use spaces::Progress;
#[cfg(feature = "ssr")]
pub use spaces::{comparison_words, drift_picture, job_words, plan_words};
#[cfg(feature = "ssr")]
pub use welcome::welcome_url;

/// Readies the browser: where server functions lead is gone to.
#[cfg(feature = "hydrate")]
pub fn start() {
    leptos::mount::hydrate_islands();
    // It is refused only when it was called before.
    let _ = leptos::server_fn::redirect::set_redirect_hook(|place| {
        let _ = leptos::prelude::window().location().set_href(place);
    });
}
