//! Signs drawn as strokes on a field of 24 by 24.

use domain::block::Icon;
use leptos::prelude::*;

pub(super) const ARROW: &str = r#"<path d="M5 12h14m-6-6 6 6-6 6"/>"#;
pub(super) const CHECK: &str = r#"<path d="m5 12.5 4.7 4.7L19.5 7"/>"#;
pub(super) const CHEVRON: &str = r#"<path d="m6 9.5 6 6 6-6"/>"#;
pub(super) const GLOBE: &str = r#"<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c3.4 3 3.4 14 0 17M12 3.5c-3.4 3-3.4 14 0 17"/>"#;
pub(super) const MENU: &str = r#"<path d="M4 8h16M4 16h16"/>"#;
pub(super) const PLUS: &str = r#"<path d="M12 5v14M5 12h14"/>"#;

/// The strokes of a feature's sign.
pub(super) fn strokes(icon: Icon) -> &'static str {
    match icon {
        Icon::Bolt => r#"<path d="M13 3 5 13.5h6L10.5 21 19 10.5h-6z"/>"#,
        Icon::Chart => r#"<path d="M4 4v16h16M8.5 16v-4M13 16V8m4.5 8v-6"/>"#,
        Icon::Check => CHECK,
        Icon::Clock => r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>"#,
        Icon::Code => r#"<path d="m8 7-5 5 5 5m8-10 5 5-5 5M13.5 5l-3 14"/>"#,
        Icon::Globe => GLOBE,
        Icon::Heart => {
            r#"<path d="M12 20S4 15.2 4 9.4A4.2 4.2 0 0 1 12 7a4.2 4.2 0 0 1 8 2.4C20 15.2 12 20 12 20z"/>"#
        }
        Icon::Layers => {
            r#"<path d="m12 3.5 8.5 4.7-8.5 4.7-8.5-4.7zM3.5 12.6l8.5 4.7 8.5-4.7M3.5 16.4l8.5 4.7 8.5-4.7"/>"#
        }
        Icon::Lock => {
            r#"<rect x="5" y="11" width="14" height="9.5" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3m-4 3.5v2.5"/>"#
        }
        Icon::Plug => r#"<path d="M9 3v5m6-5v5M6 8h12v3a6 6 0 0 1-12 0zm6 9v4"/>"#,
        Icon::Shield => {
            r#"<path d="M12 3 5 6v5.5c0 4.5 3 7.8 7 9.5 4-1.7 7-5 7-9.5V6z"/><path d="m9 12 2.2 2.2L15.2 10"/>"#
        }
        Icon::Spark => r#"<path d="m12 3 1.9 7.1L21 12l-7.1 1.9L12 21l-1.9-7.1L3 12l7.1-1.9z"/>"#,
        Icon::Target => {
            r#"<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="4.5"/><path d="M12 12h.01"/>"#
        }
        Icon::Users => {
            r#"<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6m0-15.2a3.5 3.5 0 0 1 0 6.4m2 3.1c2.3.8 3.7 2.7 4 5.7"/>"#
        }
    }
}

/// A sign beside a text that says the same, hence hidden from screen readers.
pub(super) fn icon(strokes: &'static str, class: &'static str) -> impl IntoView {
    view! {
        <svg
            class=format!("icon {class}")
            viewBox="0 0 24 24"
            aria-hidden="true"
            inner_html=strokes
        />
    }
}
