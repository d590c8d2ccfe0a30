//! The command palette: go anywhere from the keyboard.

use leptos::ev::KeyboardEvent;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::{Icon, Sign};

/// Somewhere to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What it is called.
    pub words: String,
    /// Where it is.
    pub href: String,
}

/// A button and Ctrl-K (or Cmd-K) open a window in which typing a few letters finds a place.
///
/// Without JavaScript the button does nothing, and the navigation is there.
#[island]
pub fn Palette(
    /// Where one can go.
    places: Vec<Place>,
) -> impl IntoView {
    let window = NodeRef::<Dialog>::new();
    let field = NodeRef::<Input>::new();
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let places = StoredValue::new(places);
    let found = move || -> Vec<Place> {
        let wanted = typed.get().to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let fits = |place: &&Place| {
            let name = place.words.to_lowercase();
            words.iter().all(|word| name.contains(word))
        };
        places.with_value(|places| places.iter().filter(fits).cloned().collect())
    };
    let open = move || {
        typed.set(String::new());
        chosen.set(0);
        if let (Some(window), Some(field)) = (window.get_untracked(), field.get_untracked()) {
            // It fails only when the window is open already.
            let _ = window.show_modal();
            field.set_value("");
            let _ = field.focus();
        }
    };
    let shortcut = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            open();
        }
    });
    on_cleanup(move || shortcut.remove());
    let keys = move |event: KeyboardEvent| {
        let count = found().len();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => chosen.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => chosen.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(place) = found().get(chosen.get_untracked()) {
                    let _ = leptos::prelude::window().location().set_href(&place.href);
                }
            }
            _ => return,
        }
        event.prevent_default();
        // It is drawn anew before it can be scrolled to.
        request_animation_frame(move || {
            let place =
                document().get_element_by_id(&format!("palette-{}", chosen.get_untracked()));
            if let Some(place) = place {
                place.scroll_into_view_with_bool(false);
            }
        });
    };
    view! {
        <button
            type="button"
            on:click=move |_| open()
            class="flex min-h-9 items-center gap-2 rounded-lg border border-line bg-card px-2.5 text-sm text-muted hover:border-muted"
        >
            <Icon sign=Sign::Search />
            <span class="max-xl:sr-only">"Go to"</span>
            <kbd class="font-sans text-xs max-sm:hidden">"Ctrl K"</kbd>
        </button>
        <dialog
            node_ref=window
            aria-label="Go to"
            class="mx-auto mt-[12vh] w-[min(34rem,calc(100vw-2rem))] overflow-hidden rounded-xl border border-line bg-card p-0 \
            text-ink shadow-xl backdrop:bg-black/50"
        >
            <input
                node_ref=field
                type="text"
                role="combobox"
                aria-label="Where to"
                aria-expanded="true"
                aria-controls="palette"
                aria-activedescendant=move || format!("palette-{}", chosen.get())
                autocomplete="off"
                placeholder="Type where you want to go"
                on:input:target=move |event| {
                    typed.set(event.target().value());
                    chosen.set(0);
                }
                on:keydown=keys
                class="block min-h-12 w-full border-b border-line bg-card px-4 text-base outline-none focus-visible:shadow-field"
            />
            <Found found=Signal::derive(found) chosen />
        </dialog>
    }
}

/// The places that fit what is typed, the chosen one marked.
#[component]
fn Found(found: Signal<Vec<Place>>, chosen: RwSignal<usize>) -> impl IntoView {
    let list = move || {
        let at = chosen.get();
        let rows = found.get().into_iter().enumerate().map(|(number, place)| {
            view! {
                <li
                    id=format!("palette-{number}")
                    role="option"
                    aria-selected=if number == at { "true" } else { "false" }
                    class="rounded-lg aria-selected:bg-wash"
                >
                    <a href=place.href tabindex="-1" class="flex min-h-10 items-center px-3 text-sm">
                        {place.words}
                    </a>
                </li>
            }
        });
        rows.collect_view()
    };
    view! {
        <ul id="palette" role="listbox" aria-label="Places" class="max-h-80 overflow-y-auto p-2">
            {list}
        </ul>
        <p class="px-5 pb-4 text-sm text-muted empty:hidden" role="status">
            {move || found.read().is_empty().then_some("Nothing is called that.")}
        </p>
    }
}
