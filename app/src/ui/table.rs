use leptos::prelude::*;

/// A table that scrolls inside its own box where there is little room. Its children are rows.
#[component]
pub fn Table(
    /// What it lists, for those who cannot see it.
    #[prop(into)]
    caption: String,
    /// The columns' headings; an empty one is not shown.
    head: Vec<&'static str>,
    /// Whether the cells need no headings: then each row is a card where there is little room.
    #[prop(optional)]
    stacked: bool,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let cells = head.into_iter().map(|words| {
        view! {
            <th scope="col" class="px-4 py-2.5 font-medium whitespace-nowrap">
                {words}
            </th>
        }
    });
    let label = caption.clone();
    view! {
        <div
            class="relative overflow-x-auto rounded-xl border border-line bg-card shadow-xs"
            class:stacked=stacked
            role="region"
            aria-label=label
            tabindex="0"
        >
            <table class="w-full text-left text-sm [&_td]:border-t [&_td]:border-line [&_td]:px-4 [&_td]:py-3 [&_td]:align-baseline max-sm:[&_td]:px-1.5 max-sm:[&_th]:px-1.5">
                <caption class="sr-only">{caption}</caption>
                <thead class="bg-wash text-xs text-muted">
                    <tr>{cells.collect_view()}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}
