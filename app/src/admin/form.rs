//! A form that a server function takes.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// A form around plain fields (see [`crate::ui`]), posted to a server function.
///
/// Without JavaScript it is an ordinary form. With it, the answer comes without leaving the
/// screen: what is wrong is written beside the fields by their names and nothing typed is lost,
/// and where the server function leads, whether it did its work or not, is gone to. While an answer
/// is awaited a second press sends nothing.
#[island]
pub fn Form(
    /// The server function's address.
    action: String,
    /// The form's id, for buttons outside of it.
    #[prop(optional)]
    id: Option<String>,
    /// The look of the form.
    #[prop(optional)]
    class: Option<String>,
    /// Whether somebody who leaves with something typed is asked first.
    #[prop(optional)]
    guarded: Option<bool>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let target = action.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        #[cfg(feature = "hydrate")]
        browser::send(&event, target.clone());
        #[cfg(not(feature = "hydrate"))]
        let _ = &target;
    };
    view! {
        <form
            method="post"
            action=action
            id=id
            class=class.unwrap_or_else(|| "grid gap-5".to_owned())
            data-guarded=guarded.unwrap_or_default().then_some("")
            on:submit=submit
        >
            {children()}
        </form>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev::SubmitEvent;
    use leptos::prelude::{document, window};
    use leptos::task::spawn_local;
    use leptos::wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        Element, FormData, Headers, HtmlButtonElement, HtmlElement, HtmlFormElement, RequestInit,
        Response, ScrollIntoViewOptions, ScrollLogicalPosition, UrlSearchParams,
    };

    use crate::admin::AdminError;

    /// Sends the form of the event, unless an answer is awaited already.
    pub(super) fn send(event: &SubmitEvent, action: String) {
        let Some(form) = event
            .current_target()
            .or_else(|| event.target())
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        if form.get_attribute("aria-busy").is_some() {
            return;
        }
        let Ok(fields) = FormData::new_with_form(&form) else {
            return;
        };
        let pressed = event.submitter();
        if let Some(button) = pressed.and_then(|b| b.dyn_into::<HtmlButtonElement>().ok())
            && !button.name().is_empty()
        {
            let _ = fields.append_with_str(&button.name(), &button.value());
        }
        let _ = form.set_attribute("aria-busy", "true");
        spawn_local(async move {
            match post(&action, &fields).await {
                // The form stays busy until the next screen is there.
                Ok(Some(next)) => drop(window().location().set_href(&next)),
                Ok(None) => drop(window().location().reload()),
                Err(error) => {
                    let _ = form.remove_attribute("aria-busy");
                    show(&form, &error);
                }
            }
        });
    }

    /// Posts the fields. Answers where to go next.
    async fn post(action: &str, fields: &FormData) -> Result<Option<String>, AdminError> {
        let failed = |_: JsValue| AdminError::Unreachable;
        let body = UrlSearchParams::new_with_str_sequence_sequence(fields).map_err(failed)?;
        let headers = Headers::new().map_err(failed)?;
        headers.set("accept", "application/json").map_err(failed)?;
        let options = RequestInit::new();
        options.set_method("POST");
        options.set_headers(&headers);
        options.set_body(&body);
        let answer = JsFuture::from(window().fetch_with_str_and_init(action, &options))
            .await
            .map_err(failed)?;
        let answer: Response = answer.unchecked_into();
        let next = answer.headers().get("location").map_err(failed)?;
        if answer.ok() || next.is_some() {
            return Ok(next);
        }
        let text = JsFuture::from(answer.text().map_err(failed)?)
            .await
            .map_err(failed)?;
        Err(AdminError::read(&text.as_string().unwrap_or_default()))
    }

    /// Writes what is wrong where it belongs, and goes to the first of it.
    fn show(form: &HtmlFormElement, error: &AdminError) {
        each(form, "[data-mistake]", |place| place.set_text_content(None));
        // An editor marks its own controls, which have no names.
        each(form, "[name][aria-invalid]", |control| {
            let _ = control.remove_attribute("aria-invalid");
        });
        let refused = if error.problems().is_empty() {
            "Not saved."
        } else {
            "Not saved: correct what is marked."
        };
        each(form, "[data-refused]", |place| {
            place.set_text_content(Some(refused));
        });
        let mut first: Option<Element> = None;
        let mut homeless = error.problems().is_empty();
        for problem in error.problems() {
            let Some(place) = find(form, "data-mistake", &problem.field) else {
                homeless = true;
                continue;
            };
            // A place may tell several problems.
            let before = place.text_content().unwrap_or_default();
            let text = match before.as_str() {
                "" => problem.message.clone(),
                before => format!("{before}\n{}", problem.message),
            };
            place.set_text_content(Some(&text));
            if let Some(control) = find(form, "name", &problem.field) {
                let _ = control.set_attribute("aria-invalid", "true");
                first.get_or_insert(control);
            }
        }
        if homeless && let Some(whole) = find(form, "data-mistake", "") {
            let fields = error.problems().iter();
            let lines: Vec<String> = fields.map(ToString::to_string).collect();
            let text = if lines.is_empty() {
                error.to_string()
            } else {
                lines.join(" · ")
            };
            whole.set_text_content(Some(&text));
            first = Some(whole);
        }
        if let Some(element) = first.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        } else if let Some(element) = document().active_element() {
            // An editor went to its own first mistake, which the words above it have pushed down.
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }

    fn find(form: &HtmlFormElement, attribute: &str, value: &str) -> Option<Element> {
        let quoted = value.replace(['"', '\\'], "");
        form.query_selector(&format!("[{attribute}=\"{quoted}\"]"))
            .ok()?
    }

    fn each(form: &HtmlFormElement, selector: &str, change: impl Fn(&Element)) {
        let Ok(found) = form.query_selector_all(selector) else {
            return;
        };
        for index in 0..found.length() {
            if let Some(element) = found.get(index).and_then(|n| n.dyn_into::<Element>().ok()) {
                change(&element);
            }
        }
    }
}
