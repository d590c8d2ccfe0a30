use leptos::prelude::*;

/// What stands where there is nothing yet: what this place is for, and what to do first.
#[component]
pub fn EmptyState(
    /// A few words.
    #[prop(into)]
    title: String,
    /// A sentence or two.
    #[prop(into)]
    text: String,
    /// What to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="mx-auto max-w-lg px-4 py-14 text-center">
            <h2 class="text-lg font-semibold">{title}</h2>
            <p class="mt-2 text-sm/6 text-muted wrap-anywhere">{text}</p>
            {children.map(|children| view! { <div class="mt-5 flex justify-center gap-2">{children()}</div> })}
        </div>
    }
}
