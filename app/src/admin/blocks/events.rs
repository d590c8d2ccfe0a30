//! What the person does, heard at the editor's root: one listener for each kind of event, however
//! many fields there are.
//!
//! Fields carry `data-place`, buttons `data-act` besides, and what can be reordered
//! `data-entry`.

use leptos::ev::{DragEvent, Event, FocusEvent, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, EventTarget};

use super::actions;
use super::editing::Editing;
use super::tree;

/// The nearest element at or above the event's target that has this attribute, and its value.
fn nearest(target: Option<EventTarget>, attribute: &str) -> Option<(Element, String)> {
    let element = target?.dyn_into::<Element>().ok()?;
    let found = element.closest(&format!("[{attribute}]")).ok()??;
    let value = found.get_attribute(attribute)?;
    Some((found, value))
}

pub(super) fn typed(editing: Editing, event: &Event) {
    let Some((field, place)) = nearest(event.target(), "data-place") else {
        return;
    };
    let mut text = event_target_value(event);
    if field.has_attribute("data-line") && text.contains(['\n', '\r']) {
        text = text.replace("\r\n", " ").replace(['\n', '\r'], " ");
    }
    editing.write(&place, text, field.has_attribute("data-optional"));
}

pub(super) fn left(editing: Editing, event: &FocusEvent) {
    if let Some((field, place)) = nearest(event.target(), "data-place")
        && !field.has_attribute("data-act")
    {
        editing.touch(place);
    }
}

pub(super) fn pressed(editing: Editing, event: &MouseEvent) {
    if let Some((button, act)) = nearest(event.target(), "data-act") {
        let place = button.get_attribute("data-place").unwrap_or_default();
        actions::act(editing, &act, &place);
    }
}

/// Enter in a line sends no form. In a list of lines it begins the next one.
pub(super) fn key(editing: Editing, event: &KeyboardEvent) {
    if event.key() != "Enter" || event.is_composing() || event.ctrl_key() || event.meta_key() {
        return;
    }
    if let Some((field, place)) = nearest(event.target(), "data-place")
        && field.has_attribute("data-line")
        && !field.has_attribute("data-act")
    {
        event.prevent_default();
        actions::begin_next_line(editing, &place);
    }
}

/// Only what is held by its handle can be dragged, so that texts can still be selected.
pub(super) fn held(event: &PointerEvent) {
    if nearest(event.target(), "data-handle").is_some()
        && let Some((entry, _)) = nearest(event.target(), "data-entry")
    {
        let _ = entry.set_attribute("draggable", "true");
    }
}

pub(super) fn drag_begun(editing: Editing, event: &DragEvent) {
    if let Some((_, place)) = nearest(event.target(), "data-entry") {
        editing.dragged.set(Some(place));
    }
}

pub(super) fn dragged_over(editing: Editing, event: &DragEvent) {
    let Some(dragged) = editing.dragged.get_untracked() else {
        return;
    };
    let over = neighbour(editing, event.target(), &dragged);
    if over.is_some() {
        event.prevent_default();
    }
    if editing.dragged_over.get_untracked() != over {
        editing.dragged_over.set(over);
    }
}

pub(super) fn dropped(editing: Editing, event: &DragEvent) {
    event.prevent_default();
    let (from, to) = (
        editing.dragged.get_untracked(),
        editing.dragged_over.get_untracked(),
    );
    if let (Some(from), Some(to)) = (from, to) {
        actions::move_onto(editing, &from, &to);
    }
}

pub(super) fn drag_ended(editing: Editing, event: &DragEvent) {
    if let Some((entry, _)) = nearest(event.target(), "data-entry") {
        let _ = entry.remove_attribute("draggable");
    }
    editing.dragged.set(None);
    editing.dragged_over.set(None);
}

/// The entry at or around the target that stands in the same list as the one at `place`.
fn neighbour(editing: Editing, target: Option<EventTarget>, place: &str) -> Option<String> {
    let list = |place: &str| {
        editing
            .content()
            .with_untracked(|content| tree::entry(content, place))
            .map(|(list, _)| list)
    };
    let wanted = list(place)?;
    let mut at = nearest(target, "data-entry");
    while let Some((element, found)) = at {
        if list(&found).as_ref() == Some(&wanted) {
            return Some(found);
        }
        at = nearest(element.parent_element().map(Into::into), "data-entry");
    }
    None
}
