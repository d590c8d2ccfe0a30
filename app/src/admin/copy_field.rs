//! A text to take along.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// A text that is shown whole, with a button that copies it. Without JavaScript it can be selected.
#[island]
pub fn CopyField(
    /// What it is.
    label: String,
    /// The text.
    value: String,
) -> impl IntoView {
    let copied = RwSignal::new("");
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let text = StoredValue::new(value.clone());
    let copy = move |_: MouseEvent| {
        #[cfg(feature = "hydrate")]
        browser::copy(&text.get_value(), copied);
        #[cfg(not(feature = "hydrate"))]
        let _ = text;
    };
    view! {
        <label for="copied-text" class="text-sm font-medium">
            {label}
        </label>
        <div class="mt-1.5 flex gap-2">
            <input
                id="copied-text"
                type="text"
                readonly
                value=value
                class="block min-h-10 w-full min-w-0 rounded-lg border border-line bg-wash px-3 py-2 font-mono text-sm text-ink"
            />
            <button
                type="button"
                class="inline-flex min-h-10 shrink-0 items-center rounded-lg bg-accent px-3.5 text-sm font-medium text-on-accent \
                shadow-xs hover:bg-accent-strong"
                class:invisible=move || !ready.get()
                on:click=copy
            >
                "Copy"
            </button>
        </div>
        <p role="status" class="mt-1.5 min-h-5 text-xs/5 text-muted">
            {copied}
        </p>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Function, Promise, Reflect};
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use leptos::wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::JsFuture;

    /// Copies a text, and says so; where the browser does not let scripts copy, says what to do.
    pub(super) fn copy(text: &str, said: RwSignal<&'static str>) {
        let promise = write(text);
        spawn_local(async move {
            let done = match promise {
                Ok(promise) => JsFuture::from(promise).await.is_ok(),
                Err(_) => false,
            };
            said.set(if done {
                "Copied."
            } else {
                "This browser does not let the button copy. Select the text and press Ctrl-C."
            });
        });
    }

    /// The clipboard is missing where the connection is not secure, hence the names.
    fn write(text: &str) -> Result<Promise, JsValue> {
        let navigator = Reflect::get(&window(), &"navigator".into())?;
        let clipboard = Reflect::get(&navigator, &"clipboard".into())?;
        let write = Reflect::get(&clipboard, &"writeText".into())?.dyn_into::<Function>()?;
        write.call1(&clipboard, &text.into())?.dyn_into()
    }
}
