//! The parts screens are made of: they know nothing of pages, segments or data.
//!
//! All of them are plain HTML that works without JavaScript, in screens and inside islands.

mod acknowledgement;
mod badge;
mod button;
mod check_field;
mod confirm;
mod counted;
mod empty_state;
mod field;
mod field_set;
mod icon;
mod moment;
mod number;
mod page_header;
mod pager;
mod panel;
mod path;
mod select_field;
mod share;
mod table;
mod text_area_field;
mod text_field;

pub use acknowledgement::Acknowledgement;
pub use badge::{Badge, Tone};
pub use button::{Button, LinkButton, Weight};
pub use check_field::CheckField;
pub use confirm::Confirm;
pub use counted::Counted;
pub use empty_state::EmptyState;
pub(crate) use field::{CONTROL, typed_or};
pub use field::{Mistake, Mistakes, Refused, Whole};
pub use field_set::FieldSet;
#[cfg(feature = "ssr")]
pub(crate) use icon::Strokes;
pub use icon::{Icon, Sign};
pub use moment::Moment;
pub use number::{counted, grouped};
pub use page_header::PageHeader;
pub use pager::Pager;
pub use panel::Panel;
pub use path::Path;
pub use select_field::SelectField;
pub use share::{Share, per_cent};
pub use table::Table;
pub use text_area_field::TextAreaField;
pub use text_field::TextField;
