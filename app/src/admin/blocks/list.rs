//! The blocks from top to bottom, each a card that opens into its form.

use domain::Block;
use leptos::prelude::*;
use serde_json::Value;

use super::editing::Editing;
use super::entries::{drop_class, handle};
use super::field::{Source, fields, mistake, remove_button, sign_button};
use super::tree::{self, BLOCKS};
use crate::ui::{Badge, Icon, Sign, Tone};

/// Whose a block is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    /// The content's own: it can be moved and removed.
    Own,
    /// The page's, which the variant shows as it is.
    Inherited,
    /// The variant's instead of the page's.
    Overridden,
    /// The variant's, where the page has no such block any more.
    Orphan,
}

/// The blocks of the content; of a variant, the blocks of its page.
pub(super) fn list(editing: Editing) -> AnyView {
    let rows = Memo::new(move |_| {
        let content = editing.content().read();
        editing.with_base(|base| rows(&content, base))
    });
    view! {
        <ol class="grid gap-2.5">
            <For each=move || rows.get() key=Clone::clone let:row>
                {card(editing, row.0, row.1)}
            </For>
        </ol>
    }
    .into_any()
}

fn rows(content: &Value, base: Option<&Value>) -> Vec<(String, Whose)> {
    let ids = |content: &Value| -> Vec<String> {
        let blocks = tree::blocks(content).iter();
        blocks.map(|block| tree::id_of(block).to_owned()).collect()
    };
    let own = ids(content);
    let Some(base) = base else {
        return own.into_iter().map(|id| (id, Whose::Own)).collect();
    };
    let page = ids(base);
    let whose = |id: &String| {
        if own.contains(id) {
            Whose::Overridden
        } else {
            Whose::Inherited
        }
    };
    let orphans = own.iter().filter(|id| !page.contains(id));
    let orphans: Vec<_> = orphans.map(|id| (id.clone(), Whose::Orphan)).collect();
    let listed = page.into_iter().map(|id| {
        let whose = whose(&id);
        (id, whose)
    });
    listed.chain(orphans).collect()
}

fn card(editing: Editing, id: String, whose: Whose) -> AnyView {
    let source = Source {
        editing,
        inherited: whose == Whose::Inherited,
    };
    let place = format!("{id}:");
    let over = drop_class(source, place.clone());
    let class = move || match (whose, over()) {
        (_, true) => "min-w-0 rounded-xl border border-accent bg-wash",
        (Whose::Inherited, false) => "min-w-0 rounded-xl border border-dashed border-line bg-wash",
        (_, false) => "min-w-0 rounded-xl border border-line bg-card shadow-xs",
    };
    let entry = (whose == Whose::Own).then(|| place.clone());
    view! {
        <li data-entry=entry class=class>
            <div class="flex flex-wrap items-center gap-x-1 px-2 py-1.5">
                {(whose == Whose::Own).then(handle)}
                {heading(source, &id, whose)}
                <div class="ml-auto flex shrink-0 items-center">{tools(source, &place, whose)}</div>
            </div>
            {body(source, id)}
        </li>
    }
    .into_any()
}

/// The button that opens and closes a block, with what the block is and says.
fn heading(source: Source, id: &str, whose: Whose) -> AnyView {
    let Source { editing, inherited } = source;
    let place = format!("{id}:");
    let label = source.with(|content| tree::name_of(content, &place));
    let watched = place.clone();
    let summary = move || {
        let look = |content: &Value| {
            let block = tree::get(content, &watched);
            block.and_then(tree::summary).unwrap_or("").to_owned()
        };
        if inherited {
            source.with(look)
        } else {
            editing.content().with(look)
        }
    };
    let watched = id.to_owned();
    let open = move || editing.open.with(|open| open.contains(&watched));
    let expanded = {
        let open = open.clone();
        move || if open() { "true" } else { "false" }
    };
    let watched = id.to_owned();
    let wrong = move || {
        let count = editing.mistakes_in(&watched);
        (count > 0).then(|| {
            let words = format!("{count} to correct");
            view! { <Badge tone=Tone::Bad>{words}</Badge> }
        })
    };
    let note = match whose {
        Whose::Overridden => Some(view! { <Badge tone=Tone::Busy>"Overridden"</Badge> }.into_any()),
        Whose::Orphan => {
            Some(view! { <Badge tone=Tone::Bad>"Not on the page any more"</Badge> }.into_any())
        }
        Whose::Own | Whose::Inherited => None,
    };
    let label_class = if inherited {
        "shrink-0 text-sm font-semibold whitespace-nowrap text-muted"
    } else {
        "shrink-0 text-sm font-semibold whitespace-nowrap"
    };
    view! {
        <button
            type="button"
            data-act="toggle"
            data-place=id.to_owned()
            aria-expanded=expanded
            aria-controls=source.id(&format!("{place}/body"))
            class="group flex min-h-9 min-w-0 flex-1 basis-40 items-center gap-2 rounded-lg px-1.5 text-left"
        >
            <svg
                class="size-3 shrink-0 fill-none stroke-current stroke-2 text-muted group-aria-expanded:rotate-90"
                viewBox="0 0 12 12"
                aria-hidden="true"
            >
                <path d="m4 2 4 4-4 4" />
            </svg>
            <span class=label_class>{label}</span>
            <span class="min-w-0 truncate text-sm text-muted">{summary}</span>
            {note}
            {wrong}
        </button>
    }
    .into_any()
}

fn tools(source: Source, place: &str, whose: Whose) -> AnyView {
    let label = source.with(|content| tree::name_of(content, place));
    match whose {
        Whose::Own => {
            let button = |act: &'static str, sign, words: &str| {
                let id = source.id(&format!("{place}-{act}"));
                sign_button(
                    act,
                    place.to_owned(),
                    sign,
                    format!("{words} {label}"),
                    Some(id),
                )
            };
            view! {
                {button("up", Sign::Up, "Move up")}
                {button("down", Sign::Down, "Move down")}
                {remove_button(place.to_owned(), &label)}
            }
            .into_any()
        }
        Whose::Inherited => word_button(source, "override", place, "Override", &label),
        Whose::Overridden => word_button(source, "revert", place, "Back to the page’s", &label),
        Whose::Orphan => word_button(source, "revert", place, "Remove", &label),
    }
}

/// A small button with words; those who cannot see where it stands are told what it is about.
pub(super) fn word_button(
    source: Source,
    act: &'static str,
    place: &str,
    words: &'static str,
    about: &str,
) -> AnyView {
    let id = (act == "override").then(|| source.id(&format!("{place}+")));
    let sign = if act == "override" {
        Sign::Write
    } else {
        Sign::Back
    };
    view! {
        <button
            type="button"
            id=id
            data-act=act
            data-place=place.to_owned()
            aria-label=format!("{words}: {about}")
            title=words
            class="inline-flex min-h-6 min-w-6 items-center justify-center gap-1.5 rounded-lg px-1.5 text-sm font-medium \
            whitespace-nowrap text-accent hover:text-accent-strong hover:underline"
        >
            <Icon sign />
            <span class="max-sm:sr-only">{words}</span>
        </button>
    }
    .into_any()
}

/// The form of a block, made when it is opened.
fn body(source: Source, id: String) -> AnyView {
    let editing = source.editing;
    let watched = id.clone();
    let shown = move || {
        let shape = editing.shape.get();
        let open = editing.open.with(|open| open.contains(&watched));
        open.then_some(shape)
    };
    let form = move |_| {
        let place = format!("{id}:");
        let spec = source.with(|content| tree::get(content, &place).and_then(tree::spec_of));
        let fields = spec.map(|spec| fields(source, spec.fields, &place));
        view! {
            <div id=source.id(&format!("{id}:/body")) class="border-t border-line px-3 pt-3 pb-4 sm:px-4">
                <p class="mb-3 flex flex-wrap justify-between gap-x-3 text-xs/5 text-muted">
                    <span>{spec.map(|spec| spec.purpose)}</span>
                    <span>
                        "Link to it with " <code class="font-mono">{format!("#{id}")}</code>
                    </span>
                </p>
                {fields}
                {mistake(source, format!("{id}:/id"))}
            </div>
        }
    };
    view! {
        <For each=shown key=|shape| *shape children=form />
    }
    .into_any()
}

/// The kinds of blocks, to add one at the end.
pub(super) fn add_block(editing: Editing) -> AnyView {
    let full = move || {
        let count = editing
            .content()
            .with(|content| tree::count(content, BLOCKS));
        count >= domain::PageContent::MAX_BLOCKS
    };
    let expanded = move || {
        if editing.choosing.get() {
            "true"
        } else {
            "false"
        }
    };
    let kinds = move || {
        let open = editing.choosing.get() && !full();
        open.then(|| {
            Block::SPECS
                .map(|spec| {
                    view! {
                        <li>
                            <button
                                type="button"
                                data-act="add-block"
                                data-place=spec.type_name
                                class="flex h-full w-full flex-col justify-start rounded-lg border border-line bg-card px-3 py-2 text-left hover:border-muted"
                            >
                                <span class="block text-sm font-semibold">{spec.label}</span>
                                <span class="block text-xs/5 text-muted">{spec.purpose}</span>
                            </button>
                        </li>
                    }
                })
                .to_vec()
        })
    };
    view! {
        <div>
            <button
                type="button"
                id=editing.dom_id(&format!("{BLOCKS}+"))
                data-act="choose"
                aria-expanded=expanded
                disabled=full
                class="inline-flex min-h-10 w-full items-center justify-center gap-1.5 rounded-xl border border-dashed border-line \
                text-sm font-medium text-muted hover:border-muted hover:text-ink disabled:opacity-60"
            >
                <Icon sign=Sign::Plus />
                {move || if full() { "The page is full: 24 blocks" } else { "Add a block" }}
            </button>
            <ul class="mt-2 grid gap-2 empty:hidden sm:grid-cols-2">{kinds}</ul>
        </div>
    }
    .into_any()
}
