//! A place to drop a file on.

use leptos::ev::{DragEvent, Event, SubmitEvent};
use leptos::prelude::*;

/// The form that sends a file to be checked. Without JavaScript it is an ordinary one; with it,
/// a file that is dropped is sent at once, and one that is too large is not sent at all.
#[island]
pub fn DropFile(
    /// Most bytes that are accepted.
    most: u64,
) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let over = RwSignal::new(false);
    let changed = move |event: Event| {
        #[cfg(feature = "hydrate")]
        browser::look(&event, most, said);
        #[cfg(not(feature = "hydrate"))]
        let _ = (event, most);
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        #[cfg(feature = "hydrate")]
        browser::take(&event, most, said);
    };
    let dragged = move |event: DragEvent| {
        event.prevent_default();
        over.set(true);
    };
    let submit = move |event: SubmitEvent| {
        if busy.get_untracked() || !said.read_untracked().is_empty() {
            event.prevent_default();
            return;
        }
        busy.set(true);
    };
    let words = move || {
        if busy.get() {
            "Uploading and checking…"
        } else {
            "Check the file"
        }
    };
    view! {
        <form
            method="post"
            action="/admin/transfer/upload"
            enctype="multipart/form-data"
            class="grid content-start gap-4"
            on:submit=submit
        >
            <div
                class="grid justify-items-center gap-3 rounded-xl border-2 border-dashed px-4 py-10 text-center"
                class=("border-line", move || !over.get())
                class=("border-accent", move || over.get())
                on:dragover=dragged
                on:dragleave=move |_| over.set(false)
                on:drop=dropped
            >
                <label for="file" class="text-sm font-medium">
                    "Drop a CSV or JSON-lines file here, or choose one"
                </label>
                <input
                    id="file"
                    type="file"
                    name="file"
                    accept=".csv,.jsonl,.ndjson"
                    required
                    aria-describedby="file-hint file-mistake"
                    class="w-full max-w-sm rounded-lg border border-edge bg-card p-2 text-sm file:mr-3 file:min-h-8 \
                    file:cursor-pointer file:rounded-md file:border-0 file:bg-wash file:px-3 file:text-sm file:font-medium \
                    file:text-ink"
                    on:change=changed
                />
                <p id="file-hint" class="text-xs/5 text-muted">
                    "At most 50 MB. Nothing is imported before you confirm."
                </p>
            </div>
            <p id="file-mistake" role="alert" class="text-sm text-bad empty:hidden">
                {said}
            </p>
            <div>
                <button class="inline-flex min-h-9 items-center justify-center rounded-lg bg-accent px-3.5 text-sm font-medium \
                text-on-accent shadow-xs transition-colors hover:bg-accent-strong">{words}</button>
            </div>
        </form>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev::{DragEvent, Event};
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast as _;
    use web_sys::{Element, HtmlFormElement, HtmlInputElement};

    /// Looks at the file that was chosen.
    pub(super) fn look(event: &Event, most: u64, said: RwSignal<String>) {
        let target = event.target();
        if let Some(input) = target.and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) {
            said.set(mistake(&input, most));
        }
    }

    /// Puts the file that was dropped into the form, and sends it when nothing is wrong with it.
    pub(super) fn take(event: &DragEvent, most: u64, said: RwSignal<String>) {
        let files = event.data_transfer().and_then(|data| data.files());
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let Some(form) = target.and_then(|element| element.closest("form").ok()?) else {
            return;
        };
        let input = form.query_selector("input[type=file]").ok().flatten();
        let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        input.set_files(files.as_ref());
        said.set(mistake(&input, most));
        if said.read_untracked().is_empty()
            && let Ok(form) = form.dyn_into::<HtmlFormElement>()
        {
            let _ = form.request_submit();
        }
    }

    /// What is wrong with the file, as far as can be known before it is sent; empty when nothing is.
    fn mistake(input: &HtmlInputElement, most: u64) -> String {
        let Some(file) = input.files().and_then(|files| files.get(0)) else {
            return String::new();
        };
        let name = file.name().to_ascii_lowercase();
        let known = [".csv", ".jsonl", ".ndjson"];
        #[expect(
            clippy::cast_precision_loss,
            reason = "files have fewer bytes than 2^53"
        )]
        if file.size() > most as f64 {
            "This file has more than 50 MB. Split it, and import one part after the other."
                .to_owned()
        } else if known.iter().any(|end| name.ends_with(end)) {
            String::new()
        } else {
            "This is neither CSV nor JSON lines: the name ends in .csv or .jsonl.".to_owned()
        }
    }
}
