use leptos::prelude::*;

use super::field::first_mistake;

/// Several fields under one heading that are right or wrong together.
#[component]
pub fn FieldSet(
    /// The name by which a mistake in them is told.
    #[prop(into)]
    name: String,
    /// The heading.
    #[prop(into)]
    legend: String,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let mistake = first_mistake(&name);
    view! {
        <fieldset class="min-w-0">
            <legend class="mb-2 text-sm font-medium">{legend}</legend>
            <div class="grid gap-2.5">{children()}</div>
            <p
                data-mistake=name
                class="mt-1.5 text-sm text-bad empty:hidden first-letter:uppercase"
            >
                {mistake}
            </p>
        </fieldset>
    }
}
