//! Two versions side by side: what is saved, and what somebody has.

use leptos::prelude::*;

use super::shape::Difference;

/// Somebody else saved while a person was writing: both versions, and what can be done.
#[component]
pub fn Conflict(
    /// Who saved the other version.
    author: String,
    /// What both wrote: `page`, `segment` or `variant`.
    noun: &'static str,
    /// What became of the two versions.
    text: &'static str,
    /// The fields in which they differ.
    differences: Vec<Difference>,
    /// Whose version the saved one is.
    saved: String,
    /// The buttons.
    children: Children,
) -> impl IntoView {
    view! {
        <section
            role="alert"
            aria-labelledby="conflict-title"
            class="min-w-0 rounded-xl border border-bad bg-card p-4"
        >
            <h2 id="conflict-title" class="text-base font-semibold wrap-anywhere">
                {format!("{author} saved this {noun} while you were writing")}
            </h2>
            <p class="mt-1 mb-3 text-sm/6 text-muted">{text}</p>
            <Differences differences saved />
            <div class="mt-4 flex flex-wrap gap-2">{children()}</div>
        </section>
    }
}

/// Every field in which the versions differ.
#[component]
pub(super) fn Differences(
    /// The fields.
    differences: Vec<Difference>,
    /// Whose version the saved one is.
    #[prop(into)]
    saved: String,
) -> impl IntoView {
    let rows = differences.into_iter().map(|difference| {
        view! {
            <tr class="border-t border-line align-top max-sm:grid max-sm:gap-1 max-sm:py-2">
                <th scope="row" class="py-2 pr-3 text-left font-medium wrap-anywhere max-sm:py-0">
                    {difference.field}
                </th>
                {side(difference.saved, saved.clone())}
                {side(difference.mine, "Yours".to_owned())}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="w-full table-fixed text-sm">
            <caption class="sr-only">"Where the two versions differ"</caption>
            <thead class="text-xs text-muted max-sm:sr-only">
                <tr>
                    <th scope="col" class="w-1/4 py-1.5 pr-3 text-left font-medium">
                        "Field"
                    </th>
                    <th scope="col" class="py-1.5 pr-3 text-left font-medium wrap-anywhere">
                        {saved}
                    </th>
                    <th scope="col" class="py-1.5 text-left font-medium">
                        "Yours"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn side(text: Option<String>, whose: String) -> impl IntoView {
    let text = text.map_or_else(
        || view! { <span class="text-muted italic">"nothing"</span> }.into_any(),
        |text| view! { <span class="whitespace-pre-line">{text}</span> }.into_any(),
    );
    view! {
        <td class="py-2 pr-3 wrap-anywhere max-sm:py-0">
            <span class="mr-1.5 text-xs text-muted sm:hidden">{whose}":"</span>
            {text}
        </td>
    }
}
