use leptos::prelude::*;

/// A bordered surface that groups what belongs together.
#[component]
pub fn Panel(
    /// A heading; may be empty.
    #[prop(optional, into)]
    title: String,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    let heading = (!title.is_empty()).then(
        || view! { <h2 class="border-b border-line px-4 py-3 text-sm font-semibold">{title}</h2> },
    );
    view! {
        <section class="flex min-w-0 flex-col overflow-hidden rounded-xl border border-line bg-card shadow-xs">
            {heading} {children()}
        </section>
    }
}
