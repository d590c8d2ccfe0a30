//! What the editor's buttons do.

use domain::Block;
use domain::block::FieldKind;
use leptos::prelude::*;

use super::editing::Editing;
use super::focus::focus;
use super::tree::{self, BLOCKS};

/// Does what a button says, at its place.
pub(super) fn act(editing: Editing, act: &str, place: &str) {
    match act {
        "toggle" => toggle(editing, place),
        "choose" => editing.choosing.update(|choosing| *choosing = !*choosing),
        "add-block" => add_block(editing, place),
        "add" => add_entry(editing, place, None),
        "add-group" => add_group(editing, place),
        "remove" => remove(editing, place),
        "up" => step(editing, place, act, |index| index.checked_sub(1)),
        "down" => step(editing, place, act, |index| Some(index + 1)),
        "override" => override_inherited(editing, place),
        "revert" => revert(editing, place),
        "undo" => editing.undo(),
        _ => {}
    }
}

/// Moves an entry to where another of its list stands.
pub(super) fn move_onto(editing: Editing, from: &str, to: &str) {
    let (from_entry, to_entry, name) = editing.content().with_untracked(|content| {
        let (from_entry, to_entry) = (tree::entry(content, from), tree::entry(content, to));
        (from_entry, to_entry, tree::name_of(content, from))
    });
    if let (Some((list, from)), Some((same, to))) = (from_entry, to_entry)
        && list == same
        && from != to
    {
        editing.shift(&list, from, to, &name);
    }
}

/// After a line of a list, another one.
pub(super) fn begin_next_line(editing: Editing, place: &str) {
    let lines = editing.content().with_untracked(|content| {
        let (list, index) = tree::entry(content, place)?;
        let field = tree::field_at(content, place)?;
        matches!(field.kind, FieldKind::Lines { .. }).then_some((list, index))
    });
    if let Some((list, index)) = lines {
        add_entry(editing, &list, Some(index + 1));
    }
}

fn toggle(editing: Editing, id: &str) {
    editing.open.update(|open| {
        if !open.remove(id) {
            open.insert(id.to_owned());
        }
    });
}

fn add_block(editing: Editing, kind: &str) {
    let Some(spec) = Block::spec_of(kind) else {
        return;
    };
    let (id, count) = editing
        .content()
        .with_untracked(|content| (tree::free_id(content, spec), tree::count(content, BLOCKS)));
    editing.choosing.set(false);
    editing.open.update(|open| {
        open.insert(id.clone());
    });
    let next = format!("{id}:/body");
    editing.add(
        &format!("{BLOCKS}/{count}"),
        spec.blank(&id),
        spec.label,
        &next,
    );
}

/// Adds an entry to a list, at the end unless `at` says otherwise. A full list stays as it is.
fn add_entry(editing: Editing, list: &str, at: Option<usize>) {
    let found = editing.content().with_untracked(|content| {
        let field = tree::field_at(content, list)?;
        Some((field, tree::count(content, list)))
    });
    let Some((field, count)) = found else { return };
    if let FieldKind::Lines { count: limits, .. } | FieldKind::List { count: limits, .. } =
        field.kind
        && count < limits.1
    {
        let place = format!("{list}/{}", at.unwrap_or(count));
        let name = tree::capitalised(tree::noun_of(&field));
        editing.add(&place, field.blank_entry(), &name, &place);
    }
}

fn add_group(editing: Editing, place: &str) {
    let field = editing
        .content()
        .with_untracked(|content| tree::field_at(content, place));
    if let Some(field) = field {
        editing.add(place, field.blank(), field.label, place);
    }
}

fn remove(editing: Editing, place: &str) {
    let (entry, name, field) = editing.content().with_untracked(|content| {
        (
            tree::entry(content, place),
            tree::name_of(content, place),
            tree::field_at(content, place),
        )
    });
    match (entry, field) {
        (Some((list, index)), _) => {
            let place = format!("{list}/{index}");
            editing.remove(&place, format!("{name} removed."), &format!("{list}+"));
        }
        (None, Some(field)) => {
            let words = format!("{} removed.", field.label);
            editing.remove(place, words, &format!("{place}+"));
        }
        (None, None) => {}
    }
}

fn step(editing: Editing, place: &str, act: &str, next: fn(usize) -> Option<usize>) {
    let (entry, name) = editing
        .content()
        .with_untracked(|c| (tree::entry(c, place), tree::name_of(c, place)));
    let Some((list, from)) = entry else { return };
    let Some(to) = next(from) else { return };
    editing.shift(&list, from, to, &name);
    let count = editing.content().with_untracked(|c| tree::count(c, &list));
    let to = to.min(count.saturating_sub(1));
    let now = if list == BLOCKS {
        place.to_owned()
    } else {
        format!("{list}/{to}")
    };
    focus(editing.dom_id(&format!("{now}-{act}")));
}

/// Copies what the page says, so that it can be changed: a block by its id and a colon, or a text
/// by its place.
fn override_inherited(editing: Editing, place: &str) {
    let inherited = editing.with_base(|base| {
        let value = tree::get(base?, place)?.clone();
        let name = match place.split_once(':')? {
            (_, "") => tree::name_of(base?, place),
            _ => tree::field_at(base?, place)?.label.to_owned(),
        };
        Some((value, name))
    });
    let Some((value, name)) = inherited else {
        return;
    };
    let (target, next) = match place.split_once(':') {
        Some((id, "")) => {
            let count = editing.content().with_untracked(|c| tree::count(c, BLOCKS));
            editing.open.update(|open| {
                open.insert(id.to_owned());
            });
            (format!("{BLOCKS}/{count}"), format!("{id}:/body"))
        }
        _ => (place.to_owned(), place.to_owned()),
    };
    editing.add(&target, value, &format!("An override of {name} was"), &next);
}

/// Takes an override away, so that the page's own shows again.
fn revert(editing: Editing, place: &str) {
    let found = editing
        .content()
        .with_untracked(|content| match place.split_once(':')? {
            (id, "") => {
                let index = tree::index_of(content, id)?;
                let name = tree::name_of(content, place);
                Some((format!("{BLOCKS}/{index}"), name))
            }
            _ => Some((
                place.to_owned(),
                tree::field_at(content, place)?.label.to_owned(),
            )),
        });
    if let Some((target, name)) = found {
        let words = format!("{name} is the page’s again.");
        editing.remove(&target, words, &format!("{place}+"));
    }
}
