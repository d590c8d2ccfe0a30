//! A form that is sent as soon as one of its choices changes.

use leptos::ev::Event;
use leptos::prelude::*;

/// Around choices of a form: another choice sends the form. Without JavaScript its button does.
#[island]
pub fn SubmitOnChange(
    /// The choices.
    children: Children,
) -> impl IntoView {
    let changed = |event: Event| {
        #[cfg(feature = "hydrate")]
        browser::submit(&event);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! { <div on:change=changed>{children()}</div> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev::Event;
    use leptos::wasm_bindgen::JsCast as _;
    use web_sys::{Element, HtmlFormElement};

    /// Sends the form in which something changed.
    pub(super) fn submit(event: &Event) {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let form = target.and_then(|element| element.closest("form").ok()?);
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            let _ = form.request_submit();
        }
    }
}
