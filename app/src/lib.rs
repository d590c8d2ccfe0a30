//! What Landfall shows: landing pages as finished HTML, and the admin, whose islands come alive in the
//! browser. Both are rendered by the server.

// The type of a view nests as deeply as its elements do.
#![recursion_limit = "256"]
#![allow(
    clippy::needless_pass_by_value,
    reason = "views own what they show, and so do the functions that make them"
)]

#[expect(unreachable_pub, reason = "components are public functions inside")]
pub mod admin;
#[cfg(feature = "ssr")]
pub mod api_docs;
#[cfg(feature = "ssr")]
pub mod landing;
#[expect(unreachable_pub, reason = "components are public functions inside")]
pub mod ui;
