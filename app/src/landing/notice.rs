//! The body of a page that says why there is no other page.

use domain::SafeUrl;
use leptos::prelude::*;

use super::labels::labels;
use super::{NoticePage, icons};

/// Status, explanation, and the ways out.
pub(super) fn body(notice: &NoticePage<'_>) -> impl IntoView + use<> {
    let links: Vec<_> = notice
        .links
        .iter()
        .filter_map(|(label, address)| {
            let address: SafeUrl = address.parse().ok()?;
            Some(view! {
                <li class="border-b border-line last:border-0">
                    <a
                        href=address.as_str().to_owned()
                        class="flex items-center justify-between gap-6 px-5 py-4 font-medium hover:text-accent"
                    >
                        {label.clone()}
                        {icons::icon(icons::ARROW, "size-5 text-accent")}
                    </a>
                </li>
            })
        })
        .collect();
    let list = (!links.is_empty()).then(|| {
        view! {
            <ul class="raised mt-10 max-w-xl rounded-2xl">{links}</ul>
        }
    });
    let word = labels(notice.locale).reference;
    let reference = notice.reference.map(|reference| {
        view! {
            <p class="mt-10 text-sm text-muted">
                {word} ": " <code>{reference.to_owned()}</code>
            </p>
        }
    });
    view! {
        <div class="shell band">
            <p class="text-lg font-semibold text-accent">{notice.status}</p>
            <h1 class="heading mt-3 max-w-3xl text-display">{notice.heading.to_owned()}</h1>
            <p class="mt-6 max-w-xl text-lead text-muted">{notice.text.to_owned()}</p>
            {list}
            {reference}
        </div>
    }
}
