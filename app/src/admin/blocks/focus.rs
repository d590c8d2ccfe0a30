//! Where the keyboard is after something has changed.

use leptos::prelude::{document, request_animation_frame};
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, HtmlElement};

/// Goes to the element with this id, once what has changed is shown. An element that cannot be
/// written into passes it on to the first thing inside that can.
pub(super) fn focus(id: String) {
    request_animation_frame(move || {
        let Some(element) = document().get_element_by_id(&id) else {
            return;
        };
        let inside = element.query_selector("input, textarea, select, button");
        let able = element.matches("input, textarea, select, button, [tabindex]");
        let wanted = if able == Ok(true) {
            Some(element)
        } else {
            inside.ok().flatten()
        };
        go_to(wanted);
    });
}

/// Goes to the first field inside the element with this id that is wrong.
pub(super) fn focus_first_mistake(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || {
        let within = document().get_element_by_id(&id);
        let wrong = within.and_then(|within| {
            let found = within.query_selector("[aria-invalid=true], [data-wrong]:not(:empty)");
            found.ok().flatten()
        });
        go_to(wrong);
    });
}

fn go_to(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
