use leptos::prelude::*;

/// A screen's heading, a sentence about it, and what can be done at its right.
#[component]
pub fn PageHeader(
    /// The heading.
    #[prop(into)]
    title: String,
    /// A sentence about the screen; may be empty.
    #[prop(optional, into)]
    lead: String,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div class="min-w-0">
                <h1 class="text-2xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
                <p class="mt-1.5 max-w-2xl text-sm/6 text-muted empty:hidden">{lead}</p>
            </div>
            {children.map(|children| view! { <div class="flex flex-wrap gap-2">{children()}</div> })}
        </div>
    }
}
