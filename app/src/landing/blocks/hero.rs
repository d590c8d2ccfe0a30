//! The opening: the promise, what to do first, and a picture.

use domain::block::{Hero, Image};
use leptos::prelude::*;

use super::{Weight, button, heading_id};
use crate::landing::{art, icons};

pub(super) fn view(block: &Hero, first: bool) -> impl IntoView + use<'_> {
    let id = heading_id(&block.id);
    let class = "heading mt-5 text-display first:mt-0";
    let headline = block.headline.as_str();
    let heading = if first {
        view! { <h1 id=id.clone() class=class>{headline}</h1> }.into_any()
    } else {
        view! { <h2 id=id.clone() class=class>{headline}</h2> }.into_any()
    };
    let eyebrow = block.eyebrow.as_deref().map(|text| {
        view! {
            <p class="flex items-center gap-3 font-semibold text-accent">
                <span class="h-px w-8 shrink-0 bg-accent"></span>
                {text}
            </p>
        }
    });
    let subheadline = block.subheadline.as_deref().map(|text| {
        view! { <p class="mt-6 max-w-xl text-lead text-muted">{text}</p> }
    });
    let actions = (block.primary.is_some() || block.secondary.is_some()).then(|| {
        view! {
            <div class="mt-9 flex flex-wrap gap-3 max-sm:flex-col">
                {block.primary.as_ref().map(|action| button(action, Weight::Primary))}
                {block.secondary.as_ref().map(|action| button(action, Weight::Secondary))}
            </div>
        }
    });
    view! {
        <section
            id=block.id.as_str()
            aria-labelledby=id
            class="shell grid items-center gap-x-14 gap-y-14 pt-14 pb-16 lg:grid-cols-[10fr_11fr] lg:pt-20 lg:pb-24"
        >
            <div class="min-w-0">{eyebrow} {heading} {subheadline} {actions} {points(block)}</div>
            {picture(block.image.as_ref())}
        </section>
    }
}

fn points(block: &Hero) -> impl IntoView + use<'_> {
    let items = block
        .points
        .iter()
        .map(|point| {
            view! {
                <li class="flex items-start gap-1.5">
                    {icons::icon(icons::CHECK, "mt-0.5 size-5 text-accent")}
                    {point.as_str()}
                </li>
            }
        })
        .collect_view();
    (!block.points.is_empty()).then(|| {
        view! { <ul class="mt-8 flex flex-wrap gap-x-5 gap-y-2.5 text-muted">{items}</ul> }
    })
}

/// The block's picture in a box of fixed shape, so that nothing moves when it arrives; without
/// one, a drawing that suits any company.
fn picture(image: Option<&Image>) -> impl IntoView + use<'_> {
    match image.filter(|image| image.url.may_be_picture()) {
        Some(image) => view! {
            <img
                src=image.url.as_str()
                alt=image.alt.as_str()
                width="1200"
                height="1000"
                fetchpriority="high"
                decoding="async"
                class="raised aspect-6/5 w-full min-w-0 rounded-3xl object-cover"
            />
        }
        .into_any(),
        None => art::chart().into_any(),
    }
}
