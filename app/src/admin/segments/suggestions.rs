use domain::visitor::attribute::ATTRIBUTES;
use leptos::prelude::*;

use crate::admin::countries::COUNTRIES;

/// The values that fields suggest, one list an attribute, for every builder and tester on a screen.
#[component]
pub(super) fn Suggestions() -> impl IntoView {
    let open = ATTRIBUTES
        .iter()
        .filter(|it| !it.closed && !it.values.is_empty());
    let lists = open.map(|attribute| {
        let options = match attribute.path {
            "geo.country" => COUNTRIES.to_vec(),
            _ => attribute.values.iter().map(|value| (*value, "")).collect(),
        };
        let options = options
            .into_iter()
            .map(|(value, words)| view! { <option value=value>{words}</option> });
        view! { <datalist id=format!("values-{}", attribute.path)>{options.collect_view()}</datalist> }
    });
    lists.collect_view()
}
