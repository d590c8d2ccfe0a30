use engine::store::AuditGroup;
use leptos::prelude::*;

use crate::admin::activity::{Thing, author, words};
use crate::admin::instant;
use crate::ui::{Moment, Panel, grouped};

/// The latest changes of what visitors see.
#[component]
pub(super) fn Publications(groups: Vec<AuditGroup>) -> impl IntoView {
    let list = if groups.is_empty() {
        view! { <p class="p-4 text-sm text-muted">"Nothing was published yet."</p> }.into_any()
    } else {
        let rows = groups.into_iter().map(|entry| {
            let thing = Thing {
                action: &entry.action,
                subject: &entry.subject,
                id: entry.thing_id,
                name: entry.thing_name.as_deref(),
            };
            let thing = thing.shown();
            let more = (entry.count > 1).then(|| format!(" and {} more", grouped(entry.count - 1)));
            view! {
                <li class="px-4 py-3 text-sm">
                    <p class="wrap-anywhere">
                        <span class="font-medium">{author(entry.author)}</span>
                        " "
                        {words(&entry.action)}
                        " "
                        {thing}
                        {more}
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
