//! Ticking every variant of the list at once.

use leptos::prelude::*;

/// A box that ticks or unticks every box named `ids[]`, and says how many are ticked. It is there
/// from the start and works once the browser's part does.
#[island]
pub fn SelectAll() -> impl IntoView {
    let ready = RwSignal::new(false);
    let ticked = RwSignal::new((0_usize, 0_usize));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        ready.set(true);
        ticked.set(browser::count());
    });
    let change = window_event_listener(leptos::ev::change, move |_| {
        #[cfg(feature = "hydrate")]
        ticked.set(browser::count());
    });
    on_cleanup(move || change.remove());
    let tick = move |all: bool| {
        #[cfg(feature = "hydrate")]
        {
            browser::tick(all);
            ticked.set(browser::count());
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = all;
    };
    let words = move || match ticked.get() {
        (0, _) => "Select all on this page".to_owned(),
        (count, _) => format!("{count} selected"),
    };
    view! {
        <label class="flex min-h-9 items-center gap-2.5 pr-2 text-sm font-medium">
            <input
                type="checkbox"
                autocomplete="off"
                class="size-4.5 shrink-0 accent-accent"
                disabled=move || !ready.get()
                prop:checked=move || {
                    let (count, all) = ticked.get();
                    count > 0 && count == all
                }
                on:change:target=move |event| tick(event.target().checked())
            />
            <span aria-live="polite" class="tabular-nums">
                {words}
            </span>
        </label>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::document;
    use leptos::wasm_bindgen::JsCast as _;
    use web_sys::HtmlInputElement;

    /// How many boxes are ticked, of how many.
    pub(super) fn count() -> (usize, usize) {
        let boxes = boxes();
        (boxes.iter().filter(|b| b.checked()).count(), boxes.len())
    }

    pub(super) fn tick(all: bool) {
        for found in boxes() {
            found.set_checked(all);
        }
    }

    fn boxes() -> Vec<HtmlInputElement> {
        let Ok(found) = document().query_selector_all("input[name='ids[]']") else {
            return Vec::new();
        };
        (0..found.length())
            .filter_map(|at| found.item(at)?.dyn_into().ok())
            .collect()
    }
}
