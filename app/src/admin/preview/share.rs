use domain::preview::Scene;
use engine::desk::preview::LIFETIMES;
use leptos::prelude::*;

use super::query_of;
use crate::admin::Form;
use crate::ui::{Button, Panel, SelectField, Whole};

/// Makes a link to what the frame shows.
pub(super) fn panel(scene: &Scene) -> impl IntoView + use<> {
    let days = LIFETIMES
        .iter()
        .map(|days| {
            let words = if *days == 1 {
                "1 day".to_owned()
            } else {
                format!("{days} days")
            };
            (days.to_string(), words)
        })
        .collect();
    let (query, drafts) = (query_of(scene), scene.drafts);
    view! {
        <Panel title="Share this preview">
            <div class="p-4">
                <p class="mb-4 text-sm/6 text-muted">
                    "Whoever has the link sees this page as this visitor, without an account. "
                    {drafts.then_some("It shows drafts, too.")}
                </p>
                <Form action="/admin/api/preview/share".to_owned() class="grid gap-4".to_owned()>
                    <Whole />
                    <input type="hidden" name="query" value=query />
                    <div class="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-2 [&>button]:min-h-10">
                        <SelectField name="days" label="Shows it for" options=days value="7" />
                        <Button>"Make a link"</Button>
                    </div>
                </Form>
            </div>
        </Panel>
    }
}
