use domain::condition::outline::{Group, Join, Part};
use leptos::prelude::*;

use super::row::row;
use super::{Builder, QUIET, control_id, options, spelt};
use crate::ui::{Icon, Sign};

/// The condition itself.
pub(super) fn outermost(builder: Builder, group: &Group) -> AnyView {
    let everyone = (group.parts.is_empty() && group.join == Join::All).then(|| {
        view! {
            <p class="mb-3 rounded-lg border border-dashed border-line px-4 py-5 text-center text-sm text-muted">
                "Nothing is asked, so everyone matches. Add the first condition."
            </p>
        }
    });
    view! {
        {everyone}
        {body(builder, group, &[])}
    }
    .into_any()
}

fn part(builder: Builder, it: &Part, place: &[usize]) -> AnyView {
    match it {
        Part::Group(group) => nested(builder, group, place),
        Part::Comparison(comparison) => row(builder, comparison, place),
        Part::Raw(json) => {
            let json = json.to_string();
            view! {
                <li class="flex flex-wrap items-start gap-2 rounded-lg border border-line bg-wash p-2.5">
                    <div class="min-w-0 grow">
                        <code class="text-xs/5 wrap-anywhere">{json}</code>
                        <p class="mt-1 text-xs text-muted">
                            "There are no words for this part. It stays as it is; edit it as JSON."
                        </p>
                    </div>
                    {tools(place, "this part")}
                </li>
            }
            .into_any()
        }
    }
}

fn nested(builder: Builder, group: &Group, place: &[usize]) -> AnyView {
    let owned = place.to_vec();
    let mistake = move || builder.mistake(&owned);
    view! {
        <li class="min-w-0 rounded-lg border border-line bg-wash p-2 sm:p-3">
            {body(builder, group, place)}
            <p class="mt-2 text-sm text-bad empty:hidden">{mistake}</p>
        </li>
    }
    .into_any()
}

/// How a group combines, its parts, and what can be added.
fn body(builder: Builder, group: &Group, place: &[usize]) -> AnyView {
    let parts: Vec<AnyView> = group
        .parts
        .iter()
        .enumerate()
        .map(|(index, it)| part(builder, it, &[place, &[index]].concat()))
        .collect();
    let spelt = spelt(place);
    let label = if place.is_empty() {
        "How the conditions combine"
    } else {
        "How the conditions of this group combine"
    };
    view! {
        <div class="flex items-center justify-between gap-2">
            <select
                id=control_id(place, "join")
                data-act="join"
                data-place=spelt.clone()
                aria-label=label
                class="min-h-8 min-w-0 rounded-lg border border-edge bg-card px-2 text-sm font-medium"
                inner_html=options::joins(group.join)
            ></select>
            {(!place.is_empty()).then(|| tools(place, "this group"))}
        </div>
        <ul class="mt-2.5 grid grid-cols-1 gap-2 empty:hidden">{parts}</ul>
        <div class="mt-2.5 flex flex-wrap gap-2">
            <button
                type="button"
                id=control_id(place, "add")
                data-act="add"
                data-place=spelt.clone()
                class=QUIET
            >
                <Icon sign=Sign::Plus />
                "Condition"
            </button>
            <button type="button" data-act="add-group" data-place=spelt class=QUIET>
                <Icon sign=Sign::Plus />
                "Group"
            </button>
        </div>
    }
    .into_any()
}

/// The buttons that move and remove a part.
pub(super) fn tools(place: &[usize], name: &str) -> AnyView {
    let tool = |act: &'static str, words: &str, sign: Sign| {
        view! {
            <button
                type="button"
                id=control_id(place, act)
                data-act=act
                data-place=spelt(place)
                aria-label=format!("{words} {name}")
                class="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-wash hover:text-ink"
            >
                <Icon sign />
            </button>
        }
    };
    view! {
        <div class="flex shrink-0">
            {tool("up", "Move up:", Sign::Up)} {tool("down", "Move down:", Sign::Down)}
            {tool("remove", "Remove:", Sign::Cross)}
        </div>
    }
    .into_any()
}
