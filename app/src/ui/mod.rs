//! The parts screens are made of: they know nothing of pages, segments or data.

mod button;
mod icon;
mod panel;
mod text_area;

pub use button::{Button, Weight};
pub use icon::{Icon, Sign};
pub use panel::Panel;
pub use text_area::{Mistake, TextArea};
