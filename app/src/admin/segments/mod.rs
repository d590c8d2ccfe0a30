//! Segments: who is addressed, in which order they are tried, and what a visitor would be.

#[cfg(feature = "ssr")]
mod actions;
mod builder;
mod count;
#[cfg(feature = "ssr")]
mod delete;
#[cfg(feature = "ssr")]
mod edit;
#[cfg(feature = "ssr")]
mod history;
#[cfg(feature = "ssr")]
mod list;
mod matching;
mod order;
mod shared;
#[cfg(feature = "ssr")]
mod suggestions;
mod tester;
#[cfg(feature = "ssr")]
mod try_out;
#[cfg(feature = "ssr")]
mod unsaved;

#[cfg(feature = "ssr")]
pub(super) use self::{
    delete::delete,
    edit::{edit, new},
    history::history,
    list::list,
    try_out::try_out,
};
