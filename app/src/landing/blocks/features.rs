//! What the product does, as a grid of cards.

use domain::block::{Feature, Features};
use leptos::prelude::*;

use super::{heading_id, opening};
use crate::landing::icons;

pub(super) fn view(block: &Features) -> impl IntoView + use<'_> {
    // Two and four cards fill rows of two, all other numbers rows of three.
    let columns = match block.items.len() {
        1 => "",
        2 | 4 => "md:grid-cols-2",
        _ => "md:grid-cols-2 lg:grid-cols-3",
    };
    view! {
        <section
            id=block.id.as_str()
            aria-labelledby=heading_id(&block.id)
            class="shell band"
        >
            {opening(&block.id, &block.heading, block.intro.as_deref())}
            <ul class=format!("mt-12 grid gap-5 {columns}")>
                {block.items.iter().map(card).collect_view()}
            </ul>
        </section>
    }
}

fn card(item: &Feature) -> impl IntoView + use<'_> {
    let sign = item.icon.map(|icon| {
        view! {
            <span class="mb-6 grid size-11 place-items-center rounded-xl bg-wash text-accent">
                {icons::icon(icons::strokes(icon), "size-6")}
            </span>
        }
    });
    view! {
        <li class="raised rounded-2xl p-7">
            {sign} <h3 class="text-lg/snug font-semibold tracking-tight">
                {item.title.as_str()}
            </h3> <p class="mt-2.5 text-muted">{item.text.as_str()}</p>
        </li>
    }
}
