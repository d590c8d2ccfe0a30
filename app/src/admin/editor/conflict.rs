//! Two versions side by side: what is saved, and what somebody has.

use leptos::prelude::*;

use super::shape::Difference;

/// Every field in which the versions differ.
#[component]
pub fn Differences(
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
                    <th scope="col" class="py-1.5 pr-3 text-left font-medium">
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
