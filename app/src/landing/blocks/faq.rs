//! Questions that open their answers, without a script.

use domain::block::{Faq, Question};
use leptos::prelude::*;

use super::heading_id;
use crate::landing::icons;

pub(super) fn view(block: &Faq) -> impl IntoView + use<'_> {
    view! {
        <section
            id=block.id.as_str()
            aria-labelledby=heading_id(&block.id)
            class="shell band grid gap-x-16 gap-y-10 lg:grid-cols-3"
        >
            <h2
                id=heading_id(&block.id)
                class="heading self-start text-title lg:sticky lg:top-12"
            >
                {block.heading.as_str()}
            </h2>
            <div class="min-w-0 border-b border-line lg:col-span-2">
                {block.items.iter().map(entry).collect_view()}
            </div>
        </section>
    }
}

fn entry(item: &Question) -> impl IntoView + use<'_> {
    view! {
        <details class="border-t border-line">
            <summary class="flex cursor-pointer list-none items-start justify-between gap-6 py-5 text-lg font-medium hover:text-accent">
                {item.question.as_str()}
                <span class="mt-0.5 shrink-0 text-accent in-open:rotate-45 motion-safe:transition-[rotate]">
                    {icons::icon(icons::PLUS, "size-6")}
                </span>
            </summary>
            <p class="max-w-2xl pr-10 pb-6 whitespace-pre-line text-muted">{item.answer.as_str()}</p>
        </details>
    }
}
