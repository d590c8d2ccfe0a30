use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// How much a button stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// The one thing to do next.
    Primary,
    /// One of several choices beside each other.
    #[default]
    Quiet,
    /// What takes something away.
    Danger,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => {
                "inline-flex min-h-9 items-center justify-center gap-1.5 rounded-lg bg-accent px-3.5 text-sm font-medium \
                 text-on-accent shadow-xs transition-colors hover:bg-accent-strong disabled:opacity-60"
            }
            Self::Quiet => {
                "inline-flex min-h-9 items-center justify-center gap-1.5 rounded-lg border border-line bg-card px-3 text-sm \
                 font-medium text-ink shadow-xs transition-colors hover:border-muted disabled:opacity-60"
            }
            Self::Danger => {
                "inline-flex min-h-9 items-center justify-center gap-1.5 rounded-lg border border-line bg-card px-3 text-sm \
                 font-medium text-bad shadow-xs transition-colors hover:border-bad disabled:opacity-60"
            }
        }
    }
}

/// A button. Without `on_press` it submits its form, as `name=value` when those are given.
#[component]
pub fn Button(
    /// How much the button stands out.
    #[prop(optional)]
    weight: Weight,
    /// The form field this button sends when it is the one pressed.
    #[prop(optional, into)]
    name: Option<String>,
    /// What that field says.
    #[prop(optional, into)]
    value: Option<String>,
    /// What it does, for those who cannot see it; by default its words.
    #[prop(optional, into)]
    label: Option<String>,
    /// The id of the form it belongs to, when it stands outside of it.
    #[prop(optional, into)]
    form: Option<String>,
    /// Runs in the browser instead of sending a form.
    #[prop(optional, into)]
    on_press: Option<Callback<MouseEvent>>,
    /// The button's words.
    children: Children,
) -> impl IntoView {
    let kind = if on_press.is_some() {
        "button"
    } else {
        "submit"
    };
    let press = move |event| {
        if let Some(on_press) = on_press {
            on_press.run(event);
        }
    };
    view! {
        <button
            type=kind
            name=name
            value=value
            form=form
            aria-label=label
            class=weight.class()
            on:click=press
        >
            {children()}
        </button>
    }
}

/// A link that looks like a button: it leads to another screen.
#[component]
pub fn LinkButton(
    /// How much it stands out.
    #[prop(optional)]
    weight: Weight,
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// Its words.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=weight.class()>
            {children()}
        </a>
    }
}
