//! The command palette: go anywhere from the keyboard.

mod find;

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use self::find::find;
use super::timer::Timer;
use crate::ui::{Icon, Sign};

/// From the last key until the server is asked.
const ASK_AFTER: Duration = Duration::from_millis(120);

/// Somewhere to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What kind of thing is there; empty for a screen of its own.
    pub kind: String,
    /// What it is called.
    pub words: String,
    /// The address that visitors know it by; empty without one.
    pub path: String,
    /// Where it is.
    pub href: String,
}

/// A button and Ctrl-K (or Cmd-K) open a window in which typing a few letters finds a screen, a
/// page, a segment or a variant.
///
/// Without JavaScript there is no button, only the navigation.
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
    let things = RwSignal::new(Vec::new());
    let asking = RwSignal::new(false);
    let timer = Timer::new(ASK_AFTER);
    let found = Memo::new(move |_| -> Vec<Place> {
        let wanted = typed.get().to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let fits = |place: &&Place| {
            let name = place.words.to_lowercase();
            words.iter().all(|word| name.contains(word))
        };
        let mut found: Vec<Place> =
            places.with_value(|places| places.iter().filter(fits).cloned().collect());
        found.extend(things.get());
        found
    });
    let write = move |text: String| {
        chosen.set(0);
        if text.trim().is_empty() {
            timer.call_off();
            asking.set(false);
            things.set(Vec::new());
        } else {
            asking.set(true);
            timer.ask(move || {
                spawn_local(async move {
                    let text = typed.get_untracked();
                    let answer = find(text.clone()).await;
                    // An answer to what has been typed over meanwhile is nobody's any more.
                    if text == typed.get_untracked() {
                        asking.set(false);
                        things.set(answer.unwrap_or_default());
                    }
                });
            });
        }
        typed.set(text);
    };
    let open = move || {
        write(String::new());
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
        let count = found.read_untracked().len();
        let choose = |at: usize| {
            chosen.set(at);
            #[cfg(feature = "hydrate")]
            request_animation_frame(move || reveal(at));
        };
        let at = chosen.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => choose((at + 1) % count),
            "ArrowUp" if count > 0 => choose((at + count - 1) % count),
            "Enter" => {
                if let Some(place) = found.read_untracked().get(at) {
                    go(&place.href);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <button
            type="button"
            on:click=move |_| open()
            class="flex min-h-9 items-center gap-2 rounded-lg border border-line bg-card px-2.5 text-sm text-muted hover:border-muted \
            noscript:hidden"
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
                aria-activedescendant=move || {
                    (!found.read().is_empty()).then(|| format!("palette-{}", chosen.get()))
                }
                autocomplete="off"
                placeholder="A screen, a page, a segment, a variant"
                on:input:target=move |event| write(event.target().value())
                on:keydown=keys
                class="block min-h-12 w-full border-b border-line bg-card px-4 text-base outline-none focus-visible:shadow-field"
            />
            <Found found chosen asking />
        </dialog>
    }
}

fn go(href: &str) {
    let _ = window().location().set_href(href);
}

/// Scrolls the list so that a place is seen.
#[cfg(feature = "hydrate")]
fn reveal(at: usize) {
    use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

    if let Some(place) = document().get_element_by_id(&format!("palette-{at}")) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        place.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The places that fit what is typed, the chosen one marked.
#[component]
fn Found(
    found: Memo<Vec<Place>>,
    chosen: RwSignal<usize>,
    /// Whether the server is still looking.
    asking: RwSignal<bool>,
) -> impl IntoView {
    let list = move || {
        let at = chosen.get();
        let rows = found.get().into_iter().enumerate().map(|(number, place)| {
            let path = (!place.path.is_empty()).then_some(place.path);
            view! {
                <li
                    id=format!("palette-{number}")
                    role="option"
                    aria-selected=if number == at { "true" } else { "false" }
                    on:click=move |_| go(&place.href)
                    class="flex min-h-10 cursor-pointer items-center gap-3 rounded-lg px-3 py-2 text-sm hover:bg-wash \
                    aria-selected:bg-wash"
                >
                    <span class="grid min-w-0 gap-0.5 wrap-anywhere">
                        {place.words} " " <span class="text-xs text-muted empty:hidden">{path}</span>
                    </span>
                    <span class="ml-auto text-xs text-muted">{place.kind}</span>
                </li>
            }
        });
        rows.collect_view()
    };
    view! {
        <ul id="palette" role="listbox" aria-label="Places" class="max-h-[60dvh] overflow-y-auto p-2 sm:max-h-96">
            {list}
        </ul>
        <p class="px-5 pb-4 text-sm text-muted empty:hidden" role="status">
            {move || (!asking.get() && found.read().is_empty()).then_some("Nothing is called that.")}
        </p>
    }
}
