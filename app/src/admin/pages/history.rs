//! A page's history: every change, and the way back to what it said before.

use domain::record::PageRecord;
use domain::{PageId, Role};
use engine::store::EditedPage;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::label::label;
use crate::admin::AdminError;
use crate::admin::past::{Past, as_it_was};
use crate::admin::screen::{row, screen};
use crate::admin::session::AdminSession;
use crate::ui::{LinkButton, PageHeader};

/// The screen that shows what became of a page.
#[component]
pub fn PageHistory() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id");
    screen("History of a page", Role::Viewer, async move |session| {
        let id = PageId(row(id, "This page")?);
        let desk = session.desk();
        let page = desk.page(id).await?.record;
        let past = Past::<PageRecord> {
            screen: format!("/admin/pages/{id}"),
            may_go_back: session.may(Role::Publisher),
            label,
            changes: |states, place| states[place].changes.clone(),
        };
        let list = past.shown(&desk.history(&page).await?);
        Ok(view! {
            <PageHeader
                title=format!("History of {}", page.path)
                lead="What you go back to opens in the editor; visitors see it once you save it there."
                up=("Pages", "/admin/pages")
            >
                <LinkButton href=past.screen>"Open the page"</LinkButton>
            </PageHeader>
            {list}
        }
        .into_any())
    })
}

/// A page as it was after one of its changes, and words that say so.
pub(super) async fn as_of(
    session: &AdminSession,
    page: &EditedPage,
    change: i64,
) -> Result<(PageRecord, AnyView), AdminError> {
    let (record, at) = session.desk().as_of(&page.record, change).await?;
    let screen = format!("/admin/pages/{}", page.id);
    Ok((record, as_it_was::<PageRecord>(at, screen)))
}
