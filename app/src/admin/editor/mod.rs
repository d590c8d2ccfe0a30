//! The editor of a variant: its form, and beside it the page it makes.

mod actions;
mod conflict;
mod island;
#[cfg(feature = "ssr")]
mod load;
mod look;
mod patch;
#[cfg(feature = "ssr")]
mod preview;
#[cfg(feature = "ssr")]
mod screens;
mod shape;
mod work;

pub use actions::preview_draft;
#[cfg(feature = "ssr")]
pub(super) use {
    conflict::Conflict,
    load::compared,
    screens::{lead, new, variant},
    shape::Difference,
};
