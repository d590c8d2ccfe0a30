//! Texts of the API's description: paragraphs with code in backticks.

use leptos::prelude::*;

/// The paragraphs of a text.
pub(super) fn prose(text: &str) -> impl IntoView + use<> {
    let paragraphs = text.split("\n\n").filter(|part| !part.trim().is_empty());
    paragraphs
        .map(|part| view! { <p>{line(part)}</p> })
        .collect_view()
}

/// One paragraph's text; every second piece between backticks is code.
pub(super) fn line(text: &str) -> impl IntoView + use<> {
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(at, piece)| {
            let piece = piece.to_owned();
            if at % 2 == 1 {
                view! { <code>{piece}</code> }.into_any()
            } else {
                piece.into_any()
            }
        })
        .collect_view()
}
