use leptos::prelude::*;

/// How many characters a field holds, of how many; it follows what is typed.
#[island]
pub fn CharacterCount(
    /// The field's id.
    field: String,
    /// Characters it holds at first.
    length: usize,
    /// Most characters.
    max: usize,
) -> impl IntoView {
    let count = RwSignal::new(length);
    Effect::new(move |_| follow(&field, count));
    view! {
        <p class="-mt-3 text-right text-xs text-muted tabular-nums" class:text-bad=move || { count.get() > max }>
            {count}
            " of "
            {max}
        </p>
    }
}

fn follow(field: &str, count: RwSignal<usize>) {
    let wanted = field.to_owned();
    let read = move |event: &leptos::ev::Event| {
        let typed: String = event_target_value(event);
        count.set(typed.chars().count());
    };
    let listener = window_event_listener(leptos::ev::input, move |event| {
        use leptos::wasm_bindgen::JsCast as _;
        let element = event
            .target()
            .and_then(|it| it.dyn_into::<leptos::web_sys::Element>().ok());
        if element.is_some_and(|element| element.id() == wanted) {
            read(&event);
        }
    });
    on_cleanup(move || listener.remove());
}
