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
    /// An arrow up.
    Up,
    /// An arrow down.
    Down,
    /// A plus.
    Plus,
    /// Six dots: what can be dragged.
    Grip,
    /// A magnifying glass.
    Search,
    /// Three lines: a menu.
    Menu,
    /// An arrow out of a box: another site or window.
    Out,
    /// An angle that points down: what folds.
    Fold,
    /// A pencil: what can be made one's own.
    Write,
    /// An arrow that turns back: what returns to what it was.
    Back,
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
        Sign::Up => r#"<path d="M8 13V3.5M3.8 7.5 8 3.3l4.2 4.2"/>"#,
        Sign::Down => r#"<path d="M8 3v9.5M3.8 8.5 8 12.7l4.2-4.2"/>"#,
        Sign::Plus => r#"<path d="M8 3v10M3 8h10"/>"#,
        Sign::Grip => r#"<path d="M6 3.5v.1M10 3.5v.1M6 8v.1M10 8v.1M6 12.5v.1M10 12.5v.1"/>"#,
        Sign::Search => r#"<circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.3 3.3"/>"#,
        Sign::Menu => r#"<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>"#,
        Sign::Out => r#"<path d="M9.5 3H13v3.5M13 3 7.5 8.5M6.5 4H3.5v8.5H12V9.5"/>"#,
        Sign::Fold => r#"<path d="m4 6.2 4 4 4-4"/>"#,
        Sign::Write => r#"<path d="m3 13 .6-2.8 7-7 2.2 2.2-7 7z"/>"#,
        Sign::Back => r#"<path d="M5.6 3 2.8 5.8l2.8 2.8M3 5.8h6.2a3.6 3.6 0 0 1 0 7.2H6"/>"#,
        Sign::Alert => r#"<circle cx="8" cy="8" r="6.2"/><path d="M8 4.9v3.6m0 2.4v.1"/>"#,
    };
    view! { <Strokes strokes /> }
}

/// A drawing of its own, like an icon.
#[component]
pub(crate) fn Strokes(
    /// What stands inside the SVG, in a square of 16.
    strokes: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class="size-4 shrink-0 fill-none stroke-current stroke-[1.75]"
            viewBox="0 0 16 16"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=strokes
        />
    }
}
