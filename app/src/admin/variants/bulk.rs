//! What publishers do with several variants at once.

use leptos::prelude::*;

use super::select_all::SelectAll;
use crate::ui::{Button, TextField, Weight};

/// The bar above the list. It stands in the form whose boxes it is about.
pub(super) fn bar(zone: &str) -> impl IntoView + use<> {
    let hint = format!("On the site's clocks ({zone}).");
    view! {
        <div class="flex flex-wrap items-center gap-2 rounded-xl border border-line bg-wash px-4 py-2.5">
            <SelectAll />
            <div class="flex flex-wrap gap-2 sm:ml-auto">
                <Button weight=Weight::Primary name="what" value="now">
                    "Publish"
                </Button>
                <details class="group relative">
                    <summary class="inline-flex min-h-9 cursor-pointer list-none items-center rounded-lg border border-line bg-card px-3 \
                    text-sm font-medium shadow-xs hover:border-muted">
                        "Schedule…"
                    </summary>
                    <div class="absolute left-0 z-10 mt-2 grid w-72 gap-4 rounded-xl border border-line bg-card p-4 shadow-xl sm:left-auto sm:right-0">
                        <TextField
                            name="starts_at"
                            label="Show from"
                            kind="datetime-local"
                            hint=hint
                        />
                        <TextField name="ends_at" label="Until" kind="datetime-local" />
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
        </div>
    }
}
