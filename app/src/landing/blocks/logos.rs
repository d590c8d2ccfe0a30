//! Names of customers, each set as a word mark of its own.

use domain::block::Logos;
use leptos::prelude::*;

use super::heading_id;

/// Type settings that take turns, so that a row of names looks like a row of brands.
const SETTINGS: [&str; 6] = [
    "text-xl font-bold tracking-tight",
    "font-mono text-lg font-medium",
    "font-serif text-xl italic",
    "text-sm font-semibold tracking-widest uppercase",
    "text-xl font-light",
    "font-serif text-xl font-bold",
];

/// Plain signs that take turns beside the names; every other name stands alone.
const SIGNS: [&str; 3] = [
    r#"<circle cx="8" cy="8" r="7"/><circle cx="8" cy="8" r="2.5" class="fill-paper"/>"#,
    r#"<path d="M1 15 8 1l7 14z"/>"#,
    r#"<path d="M1 1h6v14H1zm8 6h6v8H9z"/>"#,
];

pub(super) fn view(block: &Logos) -> impl IntoView + use<'_> {
    let id = heading_id(&block.id);
    let names = block
        .names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let sign = (index % 2 == 0).then(|| {
                view! {
                    <svg
                        class="size-4 shrink-0 fill-current"
                        viewBox="0 0 16 16"
                        aria-hidden="true"
                        inner_html=SIGNS[index / 2 % SIGNS.len()]
                    />
                }
            });
            view! {
                <li class="flex items-center gap-2.5">
                    {sign} <span class=SETTINGS[index % SETTINGS.len()]>{name.as_str()}</span>
                </li>
            }
        })
        .collect_view();
    let heading = block.heading.as_deref().map(|text| {
        view! {
            <h2 id=id.clone() class="shrink-0 text-sm font-medium text-muted lg:max-w-44">
                {text}
            </h2>
        }
    });
    view! {
        <section
            id=block.id.as_str()
            aria-labelledby=block.heading.is_some().then_some(id)
            class="shell"
        >
            <div class="flex flex-col gap-x-14 gap-y-6 border-y border-line py-9 lg:flex-row lg:items-center">
                {heading}
                <ul class="flex grow flex-wrap items-center gap-x-10 gap-y-5 text-muted">
                    {names}
                </ul>
            </div>
        </section>
    }
}
