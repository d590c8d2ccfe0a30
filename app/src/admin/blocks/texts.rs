//! The texts that belong to no block: title and description.

use domain::block::FieldSpec;
use domain::{ContentOverride, PageContent};
use leptos::prelude::*;

use super::editing::Editing;
use super::field::{Source, field, text_field};
use super::list::word_button;
use super::tree;

/// Title and description; of a variant, each with the page's own as long as it is not overridden.
pub(super) fn texts(editing: Editing) -> AnyView {
    let own = editing.with_base(|base| base.is_none());
    if own {
        let source = Source {
            editing,
            inherited: false,
        };
        let all = PageContent::FIELDS
            .iter()
            .map(|spec| made_anew(source, spec));
        return view! { <div class="grid gap-4">{all.collect_view()}</div> }.into_any();
    }
    let all = ContentOverride::FIELDS
        .iter()
        .map(|spec| overridable(editing, spec));
    view! { <div class="grid gap-4">{all.collect_view()}</div> }.into_any()
}

fn made_anew(source: Source, spec: &'static FieldSpec) -> AnyView {
    let shape = source.editing.shape;
    let place = format!(":/{}", spec.name);
    view! {
        <For
            each=move || Some(shape.get())
            key=|shape| *shape
            children=move |_| field(source, spec, place.clone())
        />
    }
    .into_any()
}

fn overridable(editing: Editing, spec: &'static FieldSpec) -> AnyView {
    let place = format!(":/{}", spec.name);
    let watched = place.clone();
    // Present means overridden, even with nothing written yet.
    let state = Memo::new(move |_| {
        let there = editing
            .content()
            .with(|content| tree::get(content, &watched).is_some());
        (there, editing.shape.get())
    });
    let shown = move |(overridden, _): (bool, u32)| {
        let source = Source {
            editing,
            inherited: !overridden,
        };
        let button = if overridden {
            word_button(source, "revert", &place, "Back to the page’s", spec.label)
        } else {
            word_button(source, "override", &place, "Override", spec.label)
        };
        text_field(source, spec, place.clone(), button)
    };
    view! {
        <For each=move || Some(state.get()) key=|state| *state children=shown />
    }
    .into_any()
}
