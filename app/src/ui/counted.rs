use leptos::ev::Event;
use leptos::prelude::*;

/// Counts the characters typed into the one field inside it. Without JavaScript it says the limit.
#[island]
pub fn Counted(
    /// Most characters, as the server counts them.
    max: usize,
    /// Characters at first.
    count: usize,
    /// The field.
    children: Children,
) -> impl IntoView {
    let typed = RwSignal::new(count);
    let count = move |event: Event| typed.set(event_target_value(&event).chars().count());
    let over = move || (typed.get() > max).to_string();
    view! {
        <div on:input=count>
            {children()}
            <p
                data-over=over
                class="mt-1 text-right text-xs text-muted tabular-nums data-[over=true]:font-semibold data-[over=true]:text-bad"
            >
                {typed} " of " {max} " characters"
            </p>
        </div>
    }
}
