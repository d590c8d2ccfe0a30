//! A path that may need more than one line.

use leptos::prelude::*;

/// A path, broken between its parts where it does not fit; one part that is too long by itself is broken anywhere.
#[component]
pub fn Path(
    /// The path, such as `/landing/analytics`.
    path: String,
) -> impl IntoView {
    let parts = path.split_inclusive('/').map(str::to_owned);
    let parts: Vec<_> = parts.map(|part| view! { {part} <wbr /> }).collect();
    view! { <span class="wrap-anywhere">{parts}</span> }
}
