//! The closing call to action, on a dark panel.

use domain::block::Cta;
use leptos::prelude::*;

use super::{Weight, button, heading_id};
use crate::landing::art;

pub(super) fn view(block: &Cta) -> impl IntoView + use<'_> {
    let text = block.text.as_deref().map(|text| {
        view! { <p class="mt-5 max-w-xl text-lead text-panel-muted">{text}</p> }
    });
    view! {
        <section
            id=block.id.as_str()
            aria-labelledby=heading_id(&block.id)
            class="shell py-16 lg:py-20"
        >
            <div class="panel relative isolate overflow-hidden rounded-3xl px-7 py-14 sm:px-12 lg:px-20 lg:py-24">
                {art::contours()}
                <h2 id=heading_id(&block.id) class="heading max-w-2xl text-title">
                    {block.heading.as_str()}
                </h2>
                {text}
                <div class="mt-9 flex flex-wrap gap-3 max-sm:flex-col">
                    {button(&block.primary, Weight::PanelPrimary)}
                    {block
                        .secondary
                        .as_ref()
                        .map(|action| button(action, Weight::PanelSecondary))}
                </div>
            </div>
        </section>
    }
}
