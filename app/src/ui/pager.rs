use leptos::prelude::*;

/// Links to the page before and after this one of a long list.
#[component]
pub fn Pager(
    /// What is shown, such as "51 to 100 of 10,098".
    #[prop(into)]
    text: String,
    /// The address of the page before.
    #[prop(into)]
    previous: Option<String>,
    /// The address of the page after.
    #[prop(into)]
    next: Option<String>,
) -> impl IntoView {
    let link = |href: Option<String>, words: &'static str| {
        href.map(|href| {
            view! {
                <a
                    href=href
                    class="inline-flex min-h-9 items-center rounded-lg border border-line bg-card px-3 text-sm font-medium hover:border-muted"
                >
                    {words}
                </a>
            }
        })
    };
    view! {
        <nav aria-label="Pages of the list" class="mt-4 flex items-center justify-between gap-3">
            <p class="text-sm text-muted tabular-nums">{text}</p>
            <div class="flex gap-2">{link(previous, "Previous")} {link(next, "Next")}</div>
        </nav>
    }
}
