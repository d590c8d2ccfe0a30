use leptos::prelude::*;

/// A bordered surface that groups what belongs together.
#[component]
pub fn Panel(
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="flex min-w-0 flex-col overflow-hidden rounded-xl border border-line bg-card shadow-xs">
            {children()}
        </div>
    }
}
