use domain::visitor::attribute::ATTRIBUTES;
use leptos::prelude::*;

/// The values that fields suggest, one list an attribute, for every builder and tester on a screen.
#[component]
pub(super) fn Suggestions() -> impl IntoView {
    let open = ATTRIBUTES
        .iter()
        .filter(|it| !it.closed && !it.values.is_empty());
    let lists = open.map(|attribute| {
        let values = attribute.values.iter();
        let options = values.map(|value| view! { <option value=*value></option> });
        view! { <datalist id=format!("values-{}", attribute.path)>{options.collect_view()}</datalist> }
    });
    lists.collect_view()
}
