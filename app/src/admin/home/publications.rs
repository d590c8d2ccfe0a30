use engine::store::AuditGroup;
use leptos::prelude::*;

use crate::admin::activity::{Thing, and_more, words};
use crate::admin::author::author_first;
use crate::admin::instant;
use crate::ui::{Moment, Panel};

/// The latest changes of what visitors see.
#[component]
pub(super) fn Publications(groups: Vec<AuditGroup>) -> impl IntoView {
    let list = if groups.is_empty() {
        view! { <p class="p-4 text-sm text-muted">"Nothing was published yet."</p> }.into_any()
    } else {
        let rows = groups.into_iter().map(|group| {
            let entry = group.latest;
            let thing = Thing::of(&entry).shown();
            let more = and_more(group.count);
            view! {
                <li class="px-4 py-3 text-sm">
                    <p class="wrap-anywhere">
                        <span class="font-medium">{author_first(&entry.author)}</span>
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
