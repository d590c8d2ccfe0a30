use leptos::prelude::*;

use super::{Icon, Sign};

/// A screen's heading, a sentence about it, and what can be done at its right.
#[component]
pub fn PageHeader(
    /// The heading.
    #[prop(into)]
    title: String,
    /// A sentence about the screen; may be empty.
    #[prop(optional, into)]
    lead: String,
    /// The screen above this one: its name and its address.
    #[prop(optional)]
    up: Option<(&'static str, &'static str)>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let up = up.map(|(words, href)| {
        view! {
            <a
                href=href
                class="mb-1 inline-flex min-h-6 items-center gap-1 text-sm text-muted underline-offset-4 hover:text-ink hover:underline"
            >
                <span class="rotate-90">
                    <Icon sign=Sign::Fold />
                </span>
                {words}
            </a>
        }
    });
    let lead = (!lead.is_empty()).then_some(lead);
    view! {
        <div class="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div class="min-w-0">
                {up}
                <h1 class="text-2xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
                <p class="mt-1.5 max-w-2xl text-sm/6 text-muted wrap-anywhere empty:hidden">{lead}</p>
            </div>
            {children.map(|children| view! { <div class="flex flex-wrap items-center gap-2">{children()}</div> })}
        </div>
    }
}
