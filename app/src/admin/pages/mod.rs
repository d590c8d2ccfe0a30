//! Pages: the list, and the editor of one.

#[cfg(feature = "ssr")]
mod choices;
#[cfg(feature = "ssr")]
mod edit;
mod functions;
#[cfg(feature = "ssr")]
mod history;
#[cfg(feature = "ssr")]
mod label;
mod language;
#[cfg(feature = "ssr")]
mod languages;
#[cfg(feature = "ssr")]
mod list;
mod look;
mod rollout;
#[cfg(feature = "ssr")]
mod unsaved;

#[cfg(feature = "ssr")]
pub(super) use choices::page_choices;
#[cfg(feature = "ssr")]
pub use edit::{EditPage, NewPage};
#[cfg(feature = "ssr")]
pub use history::PageHistory;
#[cfg(feature = "ssr")]
pub(super) use label::label as field_label;
#[cfg(feature = "ssr")]
pub(super) use languages::name as language_name;
#[cfg(feature = "ssr")]
pub use list::PageList;
