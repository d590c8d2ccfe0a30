use leptos::prelude::*;

/// What an icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A tick.
    Check,
    /// A cross.
    Cross,
    /// An exclamation mark in a circle.
    Alert,
}

/// A sign of one line height, drawn in the text's colour. The words beside it say the same, hence
/// it is hidden from screen readers.
#[component]
pub fn Icon(
    /// What to show.
    sign: Sign,
) -> impl IntoView {
    let strokes = match sign {
        Sign::Check => r#"<path d="m3.5 8.6 3 3 6-7"/>"#,
        Sign::Cross => r#"<path d="m4.2 4.2 7.6 7.6m0-7.6-7.6 7.6"/>"#,
        Sign::Alert => r#"<circle cx="8" cy="8" r="6.2"/><path d="M8 4.9v3.6m0 2.4v.1"/>"#,
    };
    view! {
        <svg
            class="size-4 shrink-0 fill-none stroke-current stroke-2"
            viewBox="0 0 16 16"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=strokes
        />
    }
}
