use leptos::html::Div;
use leptos::prelude::*;
use serde_json::Value;

use super::look::PageAsTyped;
use crate::admin::blocks::{BlocksEditor, Editing};

/// Characters that search engines usually show of a title and of a description.
const TITLE: usize = 60;
const DESCRIPTION: usize = 160;

/// The editor of what a page says in one language, with its search result as it is typed.
#[island]
pub fn LanguageEditor(
    /// The form field's name.
    name: String,
    /// What the page says at first: a [`domain::PageContent`].
    content: Value,
    /// The page's address, as people read it.
    address: String,
    /// The page's external id; empty while there is no page.
    page: String,
    /// The language.
    locale: String,
) -> impl IntoView {
    let editing = Editing::new(&name, content, None);
    let place = NodeRef::<Div>::new();
    let shown = move |pointer: &'static str, max: usize, empty: &'static str| {
        move || {
            let content = editing.content();
            content.with(|content| {
                let text = content.pointer(pointer).and_then(Value::as_str);
                shortened(text.unwrap_or_default().trim(), max, empty)
            })
        }
    };
    // The form is sent all the same, and the server has the last word.
    let sent = window_event_listener(leptos::ev::submit, move |_| {
        if editing.problems().with_untracked(|found| !found.is_empty()) {
            unfold(place);
            editing.reveal_problems();
        }
    });
    on_cleanup(move || sent.remove());
    view! {
        <div node_ref=place class="grid min-w-0 gap-6 *:min-w-0">
            <div>
                <p class="text-sm font-medium">"In search results"</p>
                <div class="mt-1.5 max-w-2xl rounded-lg border border-line bg-paper p-4">
                    <p class="text-xs text-muted wrap-anywhere">{address}</p>
                    <p class="mt-1 text-lg/6 text-accent wrap-anywhere">
                        {shown("/title", TITLE, "The title")}
                    </p>
                    <p class="mt-1 text-sm/5 text-muted wrap-anywhere">
                        {shown("/description", DESCRIPTION, "The description, a sentence or two about the page.")}
                    </p>
                </div>
                <p class="mt-1.5 text-xs/5 text-muted">
                    "Search engines show about " {TITLE} " characters of a title and " {DESCRIPTION}
                    " of a description."
                </p>
            </div>
            <PageAsTyped page locale editing />
            <BlocksEditor editing name />
        </div>
    }
}

/// Opens the language's section, in which nothing can be seen or focused while it is closed.
fn unfold(place: NodeRef<Div>) {
    let section = place
        .get_untracked()
        .and_then(|place| place.closest("details[name=language]").ok().flatten());
    if let Some(section) = section {
        let _ = section.set_attribute("open", "");
    }
}

/// A text as a search engine shows it.
fn shortened(text: &str, max: usize, empty: &str) -> String {
    match text.char_indices().nth(max) {
        None if text.is_empty() => empty.to_owned(),
        None => text.to_owned(),
        Some((end, _)) => format!("{} …", text[..end].trim_end()),
    }
}
