use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// How much a button stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The one thing to do next.
    Primary,
    /// One of several choices beside each other.
    Quiet,
}

/// A button that submits its form, as `name=value` when those are given.
#[component]
pub fn Button(
    /// How much the button stands out.
    #[prop(into)]
    weight: Signal<Weight>,
    /// The form field this button sends when it is the one pressed.
    #[prop(optional)]
    name: Option<&'static str>,
    /// What that field says.
    #[prop(optional)]
    value: Option<&'static str>,
    /// Runs in the browser; it may keep the form from being sent.
    #[prop(optional, into)]
    on_press: Option<Callback<MouseEvent>>,
    /// The button's words.
    children: Children,
) -> impl IntoView {
    let class = move || match weight.get() {
        Weight::Primary => {
            "inline-flex min-h-9 items-center justify-center rounded-lg bg-accent px-3.5 text-sm \
             font-medium text-on-accent shadow-xs transition-colors hover:bg-accent-strong"
        }
        Weight::Quiet => {
            "inline-flex min-h-8 items-center justify-center rounded-lg border border-line bg-card px-3 \
             text-sm font-medium text-muted shadow-xs transition-colors hover:border-muted hover:text-ink"
        }
    };
    let press = move |event| {
        if let Some(on_press) = on_press {
            on_press.run(event);
        }
    };
    view! {
        <button type="submit" name=name value=value class=class on:click=press>
            {children()}
        </button>
    }
}
