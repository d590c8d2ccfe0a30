use domain::Condition;
use leptos::prelude::*;

use super::options::escaped;
use super::{Builder, QUIET, outline_of, told};

/// The condition as JSON text, checked while it is typed.
#[component]
pub(super) fn JsonText(builder: Builder) -> impl IntoView {
    let condition = builder.condition;
    let mistake = move || {
        let text = condition.read();
        if text.trim().is_empty() {
            return Some("Write a condition, or {} to match everyone.".to_owned());
        }
        Some(told(&Condition::parse_str(&text).err()?))
    };
    let back = move |_| {
        // With a mistake in it, there is nothing to build from.
        if let Some(outline) = outline_of(&condition.read_untracked()) {
            builder.outline.set_value(outline);
            builder.focus.set_value(String::new());
            builder.as_text.set(false);
        }
    };
    let shown = condition.get_untracked();
    view! {
        <div class="noscript:hidden">
            <textarea
                id="condition-json"
                rows="12"
                aria-label="Condition as JSON"
                aria-describedby="condition-json-mistake"
                aria-invalid=move || mistake().map(|_| "true")
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                class="block field-sizing-content min-h-48 w-full rounded-lg border border-edge bg-card px-3 py-2 \
                font-mono text-base sm:text-code aria-invalid:border-bad"
                inner_html=escaped(&shown)
                prop:value=shown
                on:input:target=move |event| condition.set(event.target().value())
            ></textarea>
            <p
                id="condition-json-mistake"
                data-said=""
                role="status"
                class="mt-2 text-sm text-bad empty:hidden wrap-anywhere"
            >
                {mistake}
            </p>
            <p class="mt-3">
                <button
                    type="button"
                    class=QUIET
                    on:click=back
                >
                    "Back to the builder"
                </button>
            </p>
        </div>
    }
}
