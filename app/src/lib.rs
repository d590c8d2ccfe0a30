//! What Landfall shows: landing pages as finished HTML, rendered on the server only, and the admin,
//! rendered on the server and hydrated in the browser.

// The type of a view nests as deeply as its elements do.
#![recursion_limit = "256"]

#[expect(unreachable_pub, reason = "components are public functions inside")]
pub mod admin;
#[cfg(feature = "ssr")]
pub mod api_docs;
#[cfg(feature = "ssr")]
pub mod landing;
#[expect(unreachable_pub, reason = "components are public functions inside")]
pub mod ui;
