//! What publishers do with several variants at once.

use leptos::prelude::*;

use super::select_all::SelectAll;
use crate::ui::{Acknowledgement, Button, Mistake, Weight, grouped};

/// The bar above the list. It stands in the form whose boxes it is about, and has its buttons once one of
/// them is ticked. `all` is how many the
/// whole list finds, where those are more than can be ticked.
pub(super) fn bar(zone: &str, all: Option<usize>) -> impl IntoView + use<> {
    let hint = format!("On the site's clocks ({zone}).");
    view! {
        <div class="relative flex flex-wrap items-center gap-2 rounded-xl border border-line bg-wash px-4 py-2">
            <input type="hidden" name="careful" value="true" />
            <SelectAll />
            {all.map(everything)}
            <div class="flex flex-wrap gap-2 in-[form:not(:has(:checked))]:hidden sm:ml-auto">
                <Button name="what" value="now">
                    "Publish"
                </Button>
                <details class="group sm:relative">
                    <summary class="inline-flex min-h-9 cursor-pointer list-none items-center rounded-lg border border-line bg-card px-3 \
                    text-sm font-medium shadow-xs hover:border-muted">
                        "Schedule…"
                    </summary>
                    <div class="absolute inset-x-4 z-10 mt-2 grid gap-4 rounded-xl border border-line bg-card p-4 shadow-xl sm:inset-x-auto \
                    sm:right-0 sm:w-72">
                        {date("starts_at", "Show from", Some(hint))}
                        {date("ends_at", "Until", None)}
                        <Button weight=Weight::Primary name="what" value="schedule">
                            "Schedule"
                        </Button>
                    </div>
                </details>
                <Button name="what" value="withdraw">
                    "Back to draft"
                </Button>
                <Button weight=Weight::Danger name="what" value="archive">
                    "Archive"
                </Button>
            </div>
            <Acknowledgement name="live" words="Yes, also those that visitors see now" />
        </div>
    }
}

/// The box that means every variant of the list, on whatever page.
fn everything(all: usize) -> impl IntoView {
    view! {
        <label class="flex min-h-9 items-center gap-2.5 pr-2 text-sm font-medium">
            <input type="checkbox" name="all" value="true" autocomplete="off" class="size-4.5 shrink-0 accent-accent" />
            {format!("All {} results, on every page", grouped(all))}
        </label>
        <Mistake name="all" />
    }
}

/// A date that only one of the form's buttons needs; one without a hint may be left empty.
fn date(name: &'static str, words: &'static str, hint: Option<String>) -> impl IntoView {
    let described = format!("{name}-hint {name}-mistake");
    view! {
        <div class="min-w-0">
            <label for=name class="flex items-baseline justify-between gap-3 text-sm font-medium">
                {words}
                {hint.is_none().then(|| view! { <span class="text-xs font-normal text-muted">"Optional"</span> })}
            </label>
            <input
                id=name
                name=name
                type="datetime-local"
                aria-describedby=described
                class="mt-1.5 block min-h-10 w-full rounded-lg border border-edge bg-card px-3 py-2 text-base text-ink shadow-xs \
                aria-invalid:border-bad sm:text-sm"
            />
            <p id=format!("{name}-hint") class="mt-1.5 text-xs/5 text-muted empty:hidden">
                {hint}
            </p>
            <p
                id=format!("{name}-mistake")
                data-mistake=name
                class="mt-1.5 text-sm text-bad empty:hidden first-letter:uppercase"
            ></p>
        </div>
    }
}
