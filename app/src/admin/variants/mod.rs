//! Variants: the list, what may be done with them, and their history.

#[cfg(feature = "ssr")]
mod actions;
#[cfg(feature = "ssr")]
mod badges;
#[cfg(feature = "ssr")]
mod bulk;
#[cfg(feature = "ssr")]
mod filter;
#[cfg(feature = "ssr")]
mod filters;
#[cfg(feature = "ssr")]
mod history;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
mod outcome;
#[cfg(feature = "ssr")]
pub(super) mod publishing;
mod select_all;

#[cfg(feature = "ssr")]
pub(super) use history::history;
#[cfg(feature = "ssr")]
pub(super) use list::list;
#[cfg(feature = "ssr")]
pub(super) use outcome::outcome;
