//! Lists inside a block: lines of text, and entries with fields of their own.

use domain::block::{FieldKind, FieldSpec};
use leptos::prelude::*;

use super::field::{Source, add_button, control, fields, mistake, remove_button, sign_button};
use super::tree;
use crate::ui::{Icon, Sign};

/// A list with its entries, which can be added, removed and reordered.
pub(super) fn entries(source: Source, spec: &'static FieldSpec, place: String) -> AnyView {
    let (FieldKind::Lines {
        count: limits,
        noun,
        ..
    }
    | FieldKind::List {
        count: limits,
        noun,
        ..
    }) = spec.kind
    else {
        return ().into_any();
    };
    let count = source.with(|content| tree::count(content, &place));
    let all = (0..count).map(|index| entry(source, spec, format!("{place}/{index}"), count));
    let add =
        (!source.inherited && count < limits.1).then(|| add_button(source, "add", &place, noun));
    let heading = source.id(&format!("{place}-heading"));
    let labelled_by = heading.clone();
    view! {
        <div role="group" aria-labelledby=labelled_by class="min-w-0">
            <div class="flex items-baseline justify-between gap-3">
                <span id=heading class="text-sm font-semibold">
                    {spec.label}
                </span>
                <span class="text-xs tabular-nums text-muted">
                    {format!("{count} of {}", between(limits))}
                </span>
            </div>
            <ol class="mt-2 grid gap-2">{all.collect_view()}</ol>
            <div class="mt-2 empty:hidden">{add}</div>
            {mistake(source, place)}
        </div>
    }
    .into_any()
}

fn between((fewest, most): (usize, usize)) -> String {
    if fewest == 0 {
        format!("at most {most}")
    } else {
        format!("{fewest} to {most}")
    }
}

fn entry(source: Source, spec: &'static FieldSpec, place: String, count: usize) -> AnyView {
    let name = source.with(|content| tree::name_of(content, &place));
    let tools = (!source.inherited).then(|| tools(source, &place, &name, count));
    let over = drop_class(source, place.clone());
    let label = name.clone();
    let body = match spec.kind {
        FieldKind::List { item, .. } => view! {
            <div id=source.id(&place) role="group" aria-label=label class="min-w-0">
                <div class="mb-2 flex items-center gap-1">
                    <span class="mr-auto text-xs font-semibold tracking-wide text-muted uppercase">
                        {name}
                    </span>
                    {tools}
                </div>
                {fields(source, item, &place)}
                {mistake(source, place.clone())}
            </div>
        }
        .into_any(),
        _ => view! {
            <div class="flex items-start gap-1">
                <div class="min-w-0 grow">
                    <label for=source.id(&place) class="sr-only">
                        {name}
                    </label>
                    {control(source, spec, &place)}
                    {mistake(source, place.clone())}
                </div>
                <div class="pt-1">{tools}</div>
            </div>
        }
        .into_any(),
    };
    let framed = matches!(spec.kind, FieldKind::List { .. });
    let class = move || match (framed, over()) {
        (true, false) => "min-w-0 rounded-lg border border-line bg-card p-3",
        (true, true) => "min-w-0 rounded-lg border border-accent bg-wash p-3",
        (false, false) => "min-w-0 rounded-lg",
        (false, true) => "min-w-0 rounded-lg outline-2 outline-accent",
    };
    view! {
        <li data-entry=place class=class>
            {body}
        </li>
    }
    .into_any()
}

/// Whether something is being dragged over the entry at a place.
pub(super) fn drop_class(source: Source, place: String) -> impl Fn() -> bool + Clone {
    let over = source.editing.dragged_over;
    move || over.with(|over| over.as_ref() == Some(&place))
}

/// A handle to drag an entry by, and buttons that move it or take it away.
fn tools(source: Source, place: &str, name: &str, count: usize) -> AnyView {
    let button = |act: &'static str, sign, words: &str| {
        let id = source.id(&format!("{place}-{act}"));
        sign_button(
            act,
            place.to_owned(),
            sign,
            format!("{words} {name}"),
            Some(id),
        )
    };
    let moving = (count > 1).then(|| {
        view! {
            {handle()}
            {button("up", Sign::Up, "Move up")}
            {button("down", Sign::Down, "Move down")}
        }
    });
    view! {
        <div class="flex shrink-0 items-center">{moving} {remove_button(place.to_owned(), name)}</div>
    }
    .into_any()
}

/// What an entry is dragged by. The keyboard has buttons for it.
pub(super) fn handle() -> AnyView {
    view! {
        <span
            data-handle=""
            aria-hidden="true"
            class="inline-flex size-8 cursor-grab items-center justify-center text-muted max-sm:hidden"
        >
            <Icon sign=Sign::Grip />
        </span>
    }
    .into_any()
}
