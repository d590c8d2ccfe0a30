//! Plans side by side; the recommended one stands out.

use domain::block::{Plan, Pricing};
use leptos::prelude::*;

use super::{Weight, button, heading_id, opening};
use crate::landing::icons;

pub(super) fn view(block: &Pricing) -> impl IntoView + use<'_> {
    let columns = match block.plans.len() {
        1 => "max-w-md",
        2 => "max-w-4xl lg:grid-cols-2",
        3 => "lg:grid-cols-3",
        _ => "md:grid-cols-2 xl:grid-cols-4",
    };
    let note = block.note.as_deref().map(|text| {
        view! { <p class="mt-8 text-sm text-muted">{text}</p> }
    });
    view! {
        <section
            id=block.id.as_str()
            aria-labelledby=heading_id(&block.id)
            class="shell band"
        >
            {opening(&block.id, &block.heading, block.intro.as_deref())}
            <ul class=format!("mt-12 grid gap-5 {columns}")>
                {block.plans.iter().map(card).collect_view()}
            </ul>
            {note}
        </section>
    }
}

/// The colours of a plan's card.
struct Colours {
    card: &'static str,
    quiet: &'static str,
    sign: &'static str,
    rule: &'static str,
    weight: Weight,
}

const PLAIN: Colours = Colours {
    card: "raised row-span-4 grid grid-rows-subgrid gap-0 rounded-3xl p-7 xl:p-8",
    quiet: "text-muted",
    sign: "mt-0.5 size-5 text-accent",
    rule: "mt-7 grid content-start gap-3 border-t border-line pt-7",
    weight: Weight::Secondary,
};

const RECOMMENDED: Colours = Colours {
    card: "panel row-span-4 grid grid-rows-subgrid gap-0 rounded-3xl p-7 xl:p-8",
    quiet: "text-panel-muted",
    sign: "mt-0.5 size-5 text-glow",
    rule: "mt-7 grid content-start gap-3 border-t border-panel-line pt-7",
    weight: Weight::PanelPrimary,
};

/// One plan. Its four rows belong to the grid around it, so that prices, buttons and lists of
/// neighbours stand on one line.
fn card(plan: &Plan) -> impl IntoView + use<'_> {
    let colours = match plan.badge {
        Some(_) => RECOMMENDED,
        None => PLAIN,
    };
    let badge = plan.badge.as_deref().map(|text| {
        view! {
            <span class="rounded-full bg-glow px-3 py-1 text-xs font-semibold text-on-glow">
                {text}
            </span>
        }
    });
    let features = plan
        .features
        .iter()
        .map(|line| {
            view! {
                <li class="flex items-start gap-2.5">
                    {icons::icon(icons::CHECK, colours.sign)}
                    <span class="min-w-0">{line.as_str()}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <li class=colours.card>
            <div class="flex flex-wrap items-center justify-between gap-2">
                <h3 class="text-lg font-semibold tracking-tight">{plan.name.as_str()}</h3>
                {badge}
            </div>
            <div class="mt-4">
                <p class="flex flex-wrap items-baseline gap-x-2">
                    <span class="heading text-title">{plan.price.as_str()}</span>
                    {plan
                        .period
                        .as_deref()
                        .map(|text| view! { <span class=colours.quiet>{text}</span> })}
                </p>
                {plan
                    .summary
                    .as_deref()
                    .map(|text| view! { <p class=format!("mt-3 {}", colours.quiet)>{text}</p> })}
            </div>
            <div class="mt-7 grid">{button(&plan.action, colours.weight)}</div>
            <ul class=colours.rule>{features}</ul>
        </li>
    }
}
