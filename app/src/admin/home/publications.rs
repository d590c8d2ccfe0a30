use engine::store::AuditEntry;
use leptos::prelude::*;

use crate::admin::activity::words;
use crate::admin::instant;
use crate::ui::{Moment, Panel};

/// The latest changes of what visitors see.
#[component]
pub(super) fn Publications(entries: Vec<AuditEntry>) -> impl IntoView {
    let list = if entries.is_empty() {
        view! { <p class="p-4 text-sm text-muted">"Nothing was published yet."</p> }.into_any()
    } else {
        let rows = entries.into_iter().map(|entry| {
            view! {
                <li class="px-4 py-3 text-sm">
                    <p class="wrap-anywhere">
                        <span class="font-medium">{entry.actor}</span>
                        " "
                        {words(&entry.action)}
                        " "
                        <span class="font-medium">{entry.subject}</span>
                    </p>
                    <p class="text-xs/5 text-muted">
                        <Moment at=instant::text(entry.at) />
                    </p>
                </li>
            }
        });
        view! { <ol class="divide-y divide-line">{rows.collect_view()}</ol> }.into_any()
    };
    view! {
        <Panel title="Last publications">
            {list}
            <p class="mt-auto border-t border-line px-4 py-3 text-sm">
                <a class="text-accent underline underline-offset-4" href="/admin/activity">
                    "All activity"
                </a>
            </p>
        </Panel>
    }
}
