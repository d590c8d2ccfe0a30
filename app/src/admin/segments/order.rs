//! The order of segments, changed by dragging.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{DragEvent, Element, Event, HtmlFormElement, HtmlInputElement};

/// Rows that can be dragged by their handles (`data-handle` inside of `data-row`). Dropping one
/// sends the order of all rows with the form of id `order`.
#[island]
pub fn DraggedOrder(
    /// The rows and the form.
    children: Children,
) -> impl IntoView {
    let dragged = StoredValue::new_local(None::<Dragged>);
    let start = move |event: ev::DragEvent| {
        let handle = closest(&event, "[data-handle]");
        let row = handle.and_then(|_| closest(&event, "[data-row]"));
        if let (Some(row), Some(transfer)) = (&row, event.data_transfer()) {
            transfer.set_effect_allowed("move");
            transfer.set_drag_image(row, 12, 12);
        }
        dragged.set_value(row.map(|row| Dragged {
            before: row.next_element_sibling(),
            row,
        }));
    };
    let over = move |event: ev::DragEvent| {
        dragged.with_value(|dragged| {
            if let Some(dragged) = dragged {
                event.prevent_default();
                make_room(&event, &dragged.row);
            }
        });
    };
    let drop = move |event: ev::DragEvent| {
        if dragged.try_update_value(Option::take).flatten().is_some() {
            event.prevent_default();
            send();
        }
    };
    // Without a drop before it, somebody thought better of it.
    let end = move |_| {
        if let Some(dragged) = dragged.try_update_value(Option::take).flatten() {
            dragged.put_back();
        }
    };
    view! {
        <div on:dragstart=start on:dragover=over on:drop=drop on:dragend=end>
            {children()}
        </div>
    }
}

/// A row under way.
struct Dragged {
    row: Element,
    /// The row that it stood before.
    before: Option<Element>,
}

impl Dragged {
    fn put_back(&self) {
        if let Some(list) = self.row.parent_element() {
            let before = self.before.as_ref().map(AsRef::as_ref);
            let _ = list.insert_before(&self.row, before);
        }
    }
}

/// Puts the dragged row before or behind the row under the pointer.
fn make_room(event: &DragEvent, dragged: &Element) {
    let Some(row) = closest(event, "[data-row]") else {
        return;
    };
    if row == *dragged || row.parent_element() != dragged.parent_element() {
        return;
    }
    let place = row.get_bounding_client_rect();
    let in_upper_half = f64::from(event.client_y()) < place.top() + place.height() / 2.0;
    let _ = if in_upper_half {
        row.before_with_node_1(dragged)
    } else {
        row.after_with_node_1(dragged)
    };
}

fn send() {
    let rows = document().query_selector_all("[data-row]");
    let Ok(rows) = rows else { return };
    let keys: Vec<String> = (0..rows.length())
        .filter_map(|index| rows.get(index)?.dyn_into::<Element>().ok())
        .filter_map(|row| row.get_attribute("data-row"))
        .collect();
    let form = document().get_element_by_id("order");
    let Some(form) = form.and_then(|it| it.dyn_into::<HtmlFormElement>().ok()) else {
        return;
    };
    let field = form.query_selector("[name=keys]").ok().flatten();
    if let Some(field) = field.and_then(|it| it.dyn_into::<HtmlInputElement>().ok()) {
        field.set_value(&keys.join(","));
        let _ = form.request_submit();
    }
}

fn closest(event: &Event, selector: &str) -> Option<Element> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(selector).ok()?
}
