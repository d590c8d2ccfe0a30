//! One file per type of block, and what they share.

mod cta;
mod faq;
mod features;
mod hero;
mod logos;
mod pricing;
mod rich_text;
mod testimonials;

use domain::block::Action;
use domain::{Block, BlockId, PageContent};
use leptos::prelude::*;

use super::icons;

/// The blocks from top to bottom. The first hero carries the page's `<h1>`; a page without a hero
/// opens with its title.
pub(super) fn all(content: &PageContent) -> impl IntoView + use<'_> {
    let is_hero = |block: &Block| matches!(block, Block::Hero(_));
    let first_hero = content.blocks.iter().position(is_hero);
    let title = first_hero.is_none().then(|| {
        view! {
            <div class="shell pt-16 lg:pt-24">
                <h1 class="heading max-w-4xl text-display">{content.title.as_str()}</h1>
            </div>
        }
    });
    let blocks = content
        .blocks
        .iter()
        .enumerate()
        .map(|(index, block)| match block {
            Block::Hero(block) => hero::view(block, Some(index) == first_hero).into_any(),
            Block::Logos(block) => logos::view(block).into_any(),
            Block::Features(block) => features::view(block).into_any(),
            Block::Testimonials(block) => testimonials::view(block).into_any(),
            Block::Pricing(block) => pricing::view(block).into_any(),
            Block::Faq(block) => faq::view(block).into_any(),
            Block::Cta(block) => cta::view(block).into_any(),
            Block::RichText(block) => rich_text::view(block).into_any(),
        })
        .collect_view();
    view! {
        {title}
        {blocks}
    }
}

/// The id of a block's heading. No block's id has an underscore, so that it cannot be another's.
fn heading_id(id: &BlockId) -> String {
    format!("{}_heading", id.as_str())
}

/// A section's heading with its introduction, side by side where there is room.
fn opening<'a>(id: &BlockId, heading: &'a str, intro: Option<&'a str>) -> impl IntoView + use<'a> {
    view! {
        <div class="grid gap-x-16 gap-y-5 lg:grid-cols-2 lg:items-end">
            <h2 id=heading_id(id) class="heading text-title">
                {heading}
            </h2>
            {intro.map(|text| view! { <p class="text-lead text-muted lg:max-w-lg">{text}</p> })}
        </div>
    }
}

/// How much a button asks to be pressed, and on what it stands.
#[derive(Clone, Copy)]
enum Weight {
    Primary,
    Secondary,
    PanelPrimary,
    PanelSecondary,
}

fn button(action: &Action, weight: Weight) -> impl IntoView + use<'_> {
    let class = match weight {
        Weight::Primary => "button bg-accent text-on-accent hover:bg-accent-strong",
        Weight::Secondary => "button border-line bg-card hover:border-muted",
        Weight::PanelPrimary => "button bg-glow text-on-glow hover:bg-on-panel",
        Weight::PanelSecondary => "button border-panel-line hover:border-panel-muted",
    };
    let arrow = matches!(weight, Weight::Primary | Weight::PanelPrimary)
        .then(|| icons::icon(icons::ARROW, "size-5"));
    view! {
        <a href=action.url.as_str() class=class>
            {action.label.as_str()}
            {arrow}
        </a>
    }
}
