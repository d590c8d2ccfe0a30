//! The overview: what needs attention, and how the site is doing.

#[cfg(feature = "ssr")]
mod attention;
#[cfg(feature = "ssr")]
mod begin;
mod numbers;
#[cfg(feature = "ssr")]
mod publications;
#[cfg(feature = "ssr")]
mod view;

#[cfg(feature = "ssr")]
pub use view::Home;
