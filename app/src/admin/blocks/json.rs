//! The content as JSON: what the form sends, and what those without JavaScript write into.

use leptos::prelude::*;

use super::editing::Editing;
use super::field::escaped;
use super::tree;
use crate::ui::typed_or;

/// A form field with the whole content as JSON, folded away.
pub(super) fn json(editing: Editing, name: String) -> AnyView {
    let refused = RwSignal::new(None::<String>);
    let written = move || editing.content().with(tree::written);
    let first = editing.content().with_untracked(tree::written);
    let first = escaped(&typed_or(&name, first));
    let read = move |text: String| match tree::parse(&text) {
        Ok(content) => {
            refused.set(None);
            editing.replace(content);
        }
        Err(problem) => refused.set(Some(format!("This cannot be shown above: {problem}."))),
    };
    let id = editing.dom_id("json");
    let (hint, mistake) = (format!("{id}-hint"), format!("{id}-mistake"));
    view! {
        <details class="rounded-xl border border-line">
            <summary class="disclosure flex min-h-10 cursor-pointer items-center gap-1 px-2.5 text-sm text-muted">
                "Edit as JSON"
            </summary>
            <div class="border-t border-line p-3">
                <label for=id.clone() class="sr-only">
                    "Content as JSON"
                </label>
                <textarea
                    id=id
                    name=name.clone()
                    rows="12"
                    spellcheck="false"
                    autocomplete="off"
                    aria-describedby=format!("{hint} {mistake}")
                    class="block field-sizing-content max-h-160 min-h-48 w-full resize-y rounded-lg border border-edge bg-card px-3 \
                    py-2 font-mono text-base sm:text-code"
                    prop:value=written
                    inner_html=first
                    on:change:target=move |event| read(event.target().value())
                />
                <p id=hint class="mt-1.5 text-xs/5 text-muted">
                    "What you change here shows above once you leave the field."
                </p>
                <p id=mistake data-mistake=name class="mt-1 text-sm text-bad empty:hidden" role="alert">
                    {move || refused.get()}
                </p>
            </div>
        </details>
    }
    .into_any()
}
