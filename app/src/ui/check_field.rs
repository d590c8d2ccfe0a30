use leptos::prelude::*;

use super::field::typed_or_checked;

/// A box to tick.
#[component]
pub fn CheckField(
    /// The field's name in its form.
    #[prop(into)]
    name: String,
    /// What is sent when it is ticked.
    #[prop(default = "true".into(), into)]
    value: String,
    /// What ticking it means.
    #[prop(into)]
    label: String,
    /// Whether it is ticked at first.
    #[prop(optional)]
    checked: bool,
) -> impl IntoView {
    let checked = typed_or_checked(&name, &value, checked);
    view! {
        <label class="flex min-h-6 items-center gap-2.5 text-sm">
            <input
                type="checkbox"
                name=name
                value=value
                checked=checked
                class="size-4.5 shrink-0 accent-accent"
            />
            {label}
        </label>
    }
}
