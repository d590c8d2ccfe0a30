//! The order of segments, changed by dragging.

use leptos::prelude::*;

/// Lets rows of the screen (`data-row`) be dragged by their handles (`data-handle`). Dropping one
/// sends the order of all rows with the form of id `order`.
#[island]
pub fn DraggedOrder() -> impl IntoView {
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        browser::listen();
    });
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast as _;
    use web_sys::{DragEvent, Element, Event, HtmlFormElement, HtmlInputElement};

    /// A row under way.
    struct Dragged {
        row: Element,
        /// The row that it stood before.
        before: Option<Element>,
    }

    pub(super) fn listen() {
        let dragged = StoredValue::new_local(None::<Dragged>);
        let _ = window_event_listener(ev::dragstart, move |event| {
            dragged.set_value(start(&event));
        });
        let _ = window_event_listener(ev::dragover, move |event| {
            dragged.with_value(|dragged| {
                if let Some(dragged) = dragged {
                    event.prevent_default();
                    make_room(&event, &dragged.row);
                }
            });
        });
        let _ = window_event_listener(ev::drop, move |event| {
            if dragged.try_update_value(Option::take).flatten().is_some() {
                event.prevent_default();
                send();
            }
        });
        // Without a drop before it, somebody thought better of it.
        let _ = window_event_listener(ev::dragend, move |_| {
            if let Some(dragged) = dragged.try_update_value(Option::take).flatten() {
                dragged.put_back();
            }
        });
    }

    fn start(event: &DragEvent) -> Option<Dragged> {
        closest(event, "[data-handle]")?;
        let row = closest(event, "[data-row]")?;
        let transfer = event.data_transfer()?;
        transfer.set_effect_allowed("move");
        transfer.set_drag_image(&row, 12, 12);
        Some(Dragged {
            before: row.next_element_sibling(),
            row,
        })
    }

    /// Puts the dragged row before or behind the row under the pointer.
    fn make_room(event: &DragEvent, dragged: &Element) {
        let Some(row) = closest(event, "[data-row]") else {
            return;
        };
        if row == *dragged {
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

    impl Dragged {
        fn put_back(&self) {
            if let Some(list) = self.row.parent_element() {
                let before = self.before.as_ref().map(AsRef::as_ref);
                let _ = list.insert_before(&self.row, before);
            }
        }
    }

    fn send() {
        let Some(form) = find("#order").and_then(|it| it.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        let Some(field) = find("#order [name=keys]") else {
            return;
        };
        let Ok(rows) = document().query_selector_all("[data-row]") else {
            return;
        };
        let keys: Vec<String> = (0..rows.length())
            .filter_map(|index| rows.get(index)?.dyn_into::<Element>().ok())
            .filter_map(|row| row.get_attribute("data-row"))
            .collect();
        field
            .unchecked_into::<HtmlInputElement>()
            .set_value(&keys.join(","));
        let _ = form.request_submit();
    }

    fn find(selector: &str) -> Option<Element> {
        document().query_selector(selector).ok()?
    }

    fn closest(event: &Event, selector: &str) -> Option<Element> {
        let target = event.target()?.dyn_into::<Element>().ok()?;
        target.closest(selector).ok()?
    }
}
