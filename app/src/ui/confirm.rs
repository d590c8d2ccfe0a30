use leptos::prelude::*;

use super::{Button, Weight};

/// A button that asks before it acts: it opens a small window with the question, which holds the
/// form. It needs no JavaScript.
#[component]
pub fn Confirm(
    /// The window's id in the document.
    #[prop(into)]
    id: String,
    /// What the button says.
    #[prop(into)]
    label: String,
    /// The question, with the name of what it is about.
    #[prop(into)]
    title: String,
    /// What will happen, and whether it can be undone.
    #[prop(into)]
    text: String,
    /// Where the form is sent.
    #[prop(into)]
    action: String,
    /// How much the button stands out.
    #[prop(default = Weight::Danger)]
    weight: Weight,
    /// The form's fields.
    children: Children,
) -> impl IntoView {
    let class = match weight {
        Weight::Danger => {
            "inline-flex min-h-9 items-center justify-center rounded-lg border border-line bg-card px-3 text-sm font-medium \
             text-bad shadow-xs transition-colors hover:border-bad"
        }
        Weight::Primary => {
            "inline-flex min-h-9 items-center justify-center rounded-lg bg-accent px-3.5 text-sm font-medium text-on-accent \
             shadow-xs transition-colors hover:bg-accent-strong"
        }
        Weight::Quiet => {
            "inline-flex min-h-9 items-center justify-center rounded-lg border border-line bg-card px-3 text-sm font-medium \
             text-ink shadow-xs transition-colors hover:border-muted"
        }
    };
    let confirming = match weight {
        Weight::Danger => Weight::Danger,
        Weight::Primary | Weight::Quiet => Weight::Primary,
    };
    let heading = format!("{id}-title");
    let (window, labelled_by) = (id.clone(), heading.clone());
    let words = label.clone();
    view! {
        <button type="button" popovertarget=id.clone() class=class>
            {words}
        </button>
        <div
            id=window
            popover="auto"
            role="dialog"
            aria-labelledby=labelled_by
            class="m-auto w-[min(28rem,calc(100vw-2rem))] rounded-xl border border-line bg-card p-5 text-left text-ink shadow-xl \
            backdrop:bg-black/50"
        >
            <h2 id=heading class="text-lg font-semibold wrap-anywhere">
                {title}
            </h2>
            <p class="mt-2 text-sm/6 text-muted">{text}</p>
            <form method="post" action=action class="mt-5 flex flex-wrap justify-end gap-2">
                {children()}
                <button
                    type="button"
                    popovertarget=id
                    popovertargetaction="hide"
                    autofocus
                    class="inline-flex min-h-9 items-center rounded-lg px-3 text-sm font-medium text-muted hover:text-ink"
                >
                    "Cancel"
                </button>
                <Button weight=confirming>{label}</Button>
            </form>
        </div>
    }
}
