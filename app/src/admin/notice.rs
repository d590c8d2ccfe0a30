//! What is said after something was done: a server function names the notice in the address of
//! the screen it leads to.

use leptos::prelude::*;

use crate::ui::{Icon, Sign};

/// Every notice: its name in the address, and its words.
const NOTICES: [(&str, &str); 2] = [("saved", "Saved."), ("signed-out", "You are signed out.")];

/// The notice that a raw query names, if it names one.
pub(super) fn of_query(query: &str) -> impl IntoView + use<> {
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "notice");
    let words = named.and_then(|(_, wanted)| {
        NOTICES
            .iter()
            .find_map(|(name, words)| (*name == wanted).then_some(*words))
    });
    words.map(|words| view! { <Notice>{words}</Notice> })
}

/// A line above the screen that says what was done.
#[component]
pub(super) fn Notice(
    /// The words, and perhaps a way back.
    children: Children,
) -> impl IntoView {
    view! {
        <div
            role="status"
            class="mb-6 flex flex-wrap items-center gap-3 rounded-lg bg-good-wash px-4 py-3 text-sm text-good"
        >
            <Icon sign=Sign::Check />
            {children()}
        </div>
    }
}
