//! How far something is that happens on the server.

use leptos::prelude::*;

/// A bar that moves. When it is over, the screen is loaded anew.
#[island]
pub fn Progress(
    /// The address at which the server tells how far it is.
    events: String,
    /// How much is done at first.
    done: i64,
    /// How much there is to do at first.
    total: i64,
    /// How far that is, in words.
    words: String,
) -> impl IntoView {
    let far = RwSignal::new((done, total, words));
    #[cfg(feature = "hydrate")]
    Effect::new({
        let events = events.clone();
        move |_| browser::follow(&events, far)
    });
    let id = format!("progress-{events}");
    view! {
        <label for=id.clone() class="block text-sm text-muted wrap-anywhere tabular-nums" aria-live="off">
            {move || far.get().2}
        </label>
        <progress
            id=id
            value=move || far.get().0.to_string()
            max=move || far.get().1.max(1).to_string()
            class="mt-2 block h-2.5 w-full appearance-none overflow-hidden rounded-full border-0 bg-wash \
            [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-wash [&::-webkit-progress-value]:bg-accent"
        ></progress>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast as _;
    use leptos::wasm_bindgen::closure::Closure;
    use web_sys::{EventSource, MessageEvent};

    /// Listens to the server until it is over.
    pub(super) fn follow(events: &str, far: RwSignal<(i64, i64, String)>) {
        let Ok(source) = EventSource::new(events) else {
            return;
        };
        let news = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            let mut parts = text.splitn(3, ' ');
            let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
            if let (Some(done), Some(total)) = (number(), number()) {
                let words = parts.next().unwrap_or_default().to_owned();
                far.set((done, total, words));
            } else {
                drop(window().location().reload());
            }
        });
        source.set_onmessage(Some(news.as_ref().unchecked_ref()));
        // It is needed for as long as the screen is open.
        news.forget();
    }
}
