use domain::Role;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

use super::edit::{UP, tried};
use super::suggestions::Suggestions;
use super::tester::{VisitorTester, sketch_of, start};
use crate::admin::screen::screen;
use crate::ui::{Button, PageHeader, Panel};

/// The screen that tries a visitor on all segments. The form puts the visitor into the address: as
/// a link for colleagues, and without JavaScript to have the server answer.
pub(in crate::admin) fn try_out() -> impl IntoView {
    let visitor = sketch_of(use_url().read_untracked().search());
    screen("Try a visitor", Role::Viewer, async |session| {
        let segments = tried(session.desk().segment_summaries().await?);
        let visitor = visitor.unwrap_or_else(start);
        Ok(view! {
            <PageHeader
                title="Try a visitor"
                up=UP
                lead="Describe a visitor and see which segment claims them, and why the others do not. It reads and changes nothing."
            />
            <form method="get" action="/admin/segments/tester" class="max-w-5xl">
                <Panel>
                    <div class="p-4">
                        <VisitorTester segments visitor />
                        <p class="mt-5">
                            <Button>"Link to this visitor"</Button>
                        </p>
                    </div>
                </Panel>
            </form>
            <Suggestions />
        }
        .into_any())
    })
}
