//! Free text, written in Markdown.

use domain::block::RichText;
use leptos::prelude::*;

use super::heading_id;
use crate::landing::markdown;

pub(super) fn view(block: &RichText) -> impl IntoView + use<'_> {
    let id = heading_id(&block.id);
    let heading = block.heading.as_deref().map(|text| {
        view! {
            <h2 id=id.clone() class="heading text-title">
                {text}
            </h2>
        }
    });
    // Headings inside the text stand under the block's, or else under the page's.
    let (top, columns, text) = match heading {
        Some(_) => (
            3,
            "shell band grid gap-x-16 gap-y-8 lg:grid-cols-3",
            "prose min-w-0 lg:col-span-2",
        ),
        None => (2, "shell band", "prose"),
    };
    view! {
        <section
            id=block.id.as_str()
            aria-labelledby=block.heading.is_some().then_some(id)
            class=columns
        >
            {heading}
            <div class=text inner_html=markdown::to_html(&block.markdown, top) />
        </section>
    }
}
