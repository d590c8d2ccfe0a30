use leptos::prelude::*;

/// What a badge's colour says beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// All is well; visitors see it.
    Good,
    /// Something is to be done.
    Busy,
    /// Something is wrong.
    Bad,
}

/// A word or two about the state of something.
#[component]
pub fn Badge(
    /// Its colour.
    tone: Tone,
    /// Its words.
    children: Children,
) -> impl IntoView {
    let class = match tone {
        Tone::Plain => {
            "inline-flex items-center rounded-full border border-line bg-wash px-2 py-0.5 text-xs font-medium text-muted whitespace-nowrap"
        }
        Tone::Good => {
            "inline-flex items-center rounded-full bg-good-wash px-2 py-0.5 text-xs font-medium text-good whitespace-nowrap"
        }
        Tone::Busy => {
            "inline-flex items-center rounded-full border border-accent px-2 py-0.5 text-xs font-medium text-accent whitespace-nowrap"
        }
        Tone::Bad => {
            "inline-flex items-center rounded-full bg-bad-wash px-2 py-0.5 text-xs font-medium text-bad whitespace-nowrap"
        }
    };
    view! { <span class=class>{children()}</span> }
}
